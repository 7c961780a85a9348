"""One more place with one press, on the desk and on a race's page."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from entries.entry import actions
from entries.entry.lines import Line
from entries.meet.models import Meet, Race
from entries.roster.models import Team
from tenants.models import AuditRecord, OutboxMail, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, race_of, states
from tests.pageform import form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def full(meet: Meet, kita: Team, baba: User, now: datetime) -> Race:
    """Two places and four entries."""
    race = race_of(meet, places=2)
    with tenant_scope(meet.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(kita, 4))]
        actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now)
    return race


def press(desk: Client, race: Race, key: object, back: str = "/admin/") -> Any:
    return desk.post(f"/admin/entries/race/{race.pk}/place/?next={back}", {"place_key": str(key)}, follow=True)


def fresh(race: Race) -> Race:
    return Race._base_manager.get(pk=race.pk)


def test_each_press_adds_a_place_and_promotes_the_first_who_waits(desk: Client, full: Race) -> None:
    said = press(desk, full, form_on(desk.get("/admin/"), "place_key")["place_key"])
    assert "「男子5000m」の定員は3名です。補欠待ちから1名が繰り上がりました。" in said.content.decode()
    press(desk, full, uuid4())
    with across_tenants():
        assert [state for _ticket, state in states(full)] == ["accepted"] * 4
    assert (fresh(full).places, fresh(full).line) == (4, 4)
    assert OutboxMail.objects.filter(kind="entry.promoted").count() == 2
    trail = AuditRecord.objects.filter(verb="race.place_added").order_by("pk")
    assert [(row.before["places"], row.after["places"]) for row in trail] == [(2, 3), (3, 4)]


def test_a_form_that_is_sent_again_adds_none(desk: Client, full: Race) -> None:
    key = form_on(desk.get("/admin/"), "place_key")["place_key"]
    other = uuid4()
    for sent in (key, other, key, other):
        press(desk, full, sent)
    assert fresh(full).places == 4


def test_the_button_stands_on_the_races_page_and_leads_back(desk: Client, full: Race) -> None:
    page = f"/admin/entries/race/{full.pk}/change/"
    answer = press(desk, full, form_on(desk.get(page), "place_key")["place_key"], back=page)
    assert answer.redirect_chain == [(page, 302)]


def test_the_trail_tells_it_without_the_key(desk: Client, full: Race) -> None:
    key = uuid4()
    press(desk, full, key)
    page = desk.get(f"/admin/entries/race/{full.pk}/history/").content.decode()
    assert "定員を1名追加" in page
    assert str(key) not in page
    assert "_key" not in page


def test_a_race_without_a_limit_has_none_to_raise(desk: Client, race: Race) -> None:
    said = press(desk, race, uuid4()).content.decode()
    assert "この種目に定員はありません。" in said
    assert fresh(race).places is None
    assert "place_key" not in desk.get(f"/admin/entries/race/{race.pk}/change/").content.decode()


def test_what_no_page_sent_adds_none(desk: Client, full: Race) -> None:
    for key in ("", "x", "0" * 10_000):
        assert "画面が古くなっています。" in press(desk, full, key).content.decode()
    assert press(desk, full, uuid4(), back="https://evil.example/").redirect_chain == [("/admin/", 302)]
    assert desk.get(f"/admin/entries/race/{full.pk}/place/").status_code == 405
    assert fresh(full).places == 3


def test_another_host_finds_nothing(client: Client, doi: User, full: Race) -> None:
    client.force_login(doi)
    assert press(client, full, uuid4()).status_code == 404
    assert fresh(full).places == 2
