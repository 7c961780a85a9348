"""The public entry list: only when published, and with nothing that is nobody's business."""

from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from entries.entry import actions, entry_actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.news.page_cache import PAGES
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tests.conftest import athletes_of, open_meet, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
LIST = "/meets/nittai/ld326/entries/"


@pytest.fixture
def meet(nittai: Tenant) -> Meet:
    return open_meet(nittai, entry_list_public=True)


def enter(meet: Meet, team: Team, race: Race, athletes: list[Athlete], by: User, at: datetime, key: str = "k") -> None:
    lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, athlete in enumerate(athletes)]
    actions.submit(meet=meet, team=team, lines=lines, key=key, by=by, at=at)


def test_it_shows_name_team_and_grade_and_nothing_private(
    client: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    Team.objects.filter(pk=kita.pk).update(contact_email="secret@kita.example", contact_phone="090-1111-2222")
    [athlete] = athletes_of(kita, 1)
    Athlete.objects.filter(pk=athlete.pk).update(jaaf_id="12345678901", guardian_name="保護者太郎")
    enter(meet, kita, race_of(meet), [athlete], baba, now)
    response = client.get(LIST)
    page = response.content.decode()
    assert "鈴木 一郎0" in page
    assert "北大学" in page
    for private in ("2004", "secret@", "090-1111", "12345678901", "保護者太郎", "baba"):
        assert private not in page
    assert response["X-Robots-Tag"] == "noindex"
    assert "noindex" in page
    assert response["Cache-Control"].startswith("public")


def test_it_is_unknown_until_it_is_published(client: Client, nittai: Tenant) -> None:
    open_meet(nittai, slug="closed")
    assert client.get("/meets/nittai/closed/entries/").status_code == 404


def test_who_waits_is_marked_and_who_withdrew_is_gone(
    client: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    enter(meet, kita, race, athletes_of(kita, 3), baba, now)
    last = Entry.objects.get(ticket=3)
    entry_actions.withdraw(entry=last, by=baba, at=now)
    page = client.get(LIST).content.decode()
    assert page.count("chip--ok") == 1
    assert page.count("chip--wait") == 1


def test_it_is_searched_and_narrowed(client: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    men, women = race_of(meet), race_of(meet, name="女子3000m", sex="F")
    enter(meet, kita, men, athletes_of(kita, 2), baba, now)
    enter(meet, kita, women, athletes_of(kita, 1, sex="F"), baba, now, key="w")

    def rows(query: str) -> int:
        return client.get(f"{LIST}?{query}").content.decode().count('class="who"')

    assert rows("") == 3
    assert rows("q=一郎1") == 1
    assert rows("q=スズキ 北大学") == 3
    assert rows("q=南") == 0
    assert rows(f"race={women.pk}") == 1
    assert rows("race=99999999999999999999") == 3
    assert rows("page=2") == 0


def test_a_race_that_is_not_of_the_meet_is_said(client: Client, meet: Meet) -> None:
    for query, is_said in (("race=x", True), ("race=0", True), (f"race={race_of(meet).pk}", False), ("race=", False)):
        assert ("指定された種目はこの大会にありません" in client.get(f"{LIST}?{query}").content.decode()) == is_said, (
            query
        )


@pytest.mark.parametrize("query", ["page=9e99", "page=-3", "page=٣", "race=x", "q=%F0%A0%AE%B7", "page=9999"])
def test_it_takes_any_query(client: Client, meet: Meet, query: str) -> None:
    assert client.get(f"{LIST}?{query}").status_code == 200


def test_it_costs_the_same_for_any_field(
    client: Client, meet: Meet, kita: Team, baba: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    race = race_of(meet)
    for number in (1, 5):
        enter(meet, kita, race, athletes_of(kita, number), baba, now, key=f"k{number}")
        PAGES.clear()
        with django_assert_num_queries(3):
            client.get(LIST)


def test_nobody_is_found_by_a_jaaf_id(client: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    [athlete] = athletes_of(kita, 1)
    athlete.jaaf_id = "10787053010"
    athlete.save()
    enter(meet, kita, race_of(meet), [athlete], baba, now)
    assert 'class="who"' in client.get(LIST).content.decode()
    for words in ("10787053010", "87053010", "0", "１０７"):
        PAGES.clear()
        assert 'class="who"' not in client.get(LIST, {"q": words}).content.decode(), words
