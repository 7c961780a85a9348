"""Several competitions on one timetable: set up on the meet's page, chosen for a race, copied with the meet."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from entries.meet.actions import copy_meet
from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, State
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import open_meet, race_of
from tests.pageform import errors_on, form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def draft(nittai: Tenant) -> Meet:
    return open_meet(nittai, state=State.DRAFT)


def ncg(meet: Meet, **fields: Any) -> Competition:
    with tenant_scope(meet.tenant_id):
        return Competition.objects.create(
            tenant_id=meet.tenant_id, meet=meet, **{"title": "第14回NCG", "code": "26500123", **fields}
        )


def address(meet: Meet) -> str:
    return f"/admin/entries/meet/{meet.pk}/change/"


def change(desk: Client, meet: Meet, **typed: object) -> Any:
    values = form_on(desk.get(address(meet)), "name")
    return desk.post(address(meet), values | {name.replace("__", "-"): value for name, value in typed.items()})


def fresh(race: Race) -> Race:
    return Race._base_manager.select_related("competition", "meet").get(pk=race.pk)


def test_a_meet_of_one_competition_asks_nothing_about_it(desk: Client, draft: Meet) -> None:
    race = race_of(draft)
    page = desk.get(address(draft)).content.decode()
    assert "races-0-competition" not in page
    assert '<details class="more">' in page
    assert "id_competition" not in desk.get(f"/admin/entries/race/{race.pk}/change/").content.decode()


def test_another_is_typed_on_the_meets_page_and_chosen_for_a_race(desk: Client, draft: Meet) -> None:
    race, other = race_of(draft), race_of(draft, "女子5000m", sex="F", position=1)
    typed = {"code": "26500122", "competitions__0__title": "第14回NCG", "competitions__0__code": "26500123"}
    assert change(desk, draft, **typed).status_code == 302
    made = Competition._base_manager.get()
    assert (made.meet_id, made.tenant_id, made.title, made.code) == (
        draft.pk, draft.tenant_id, "第14回NCG", "26500123",
    )  # fmt: skip
    assert AuditRecord.objects.filter(verb="competition.added").count() == 1
    assert change(desk, draft, races__0__competition=made.pk).status_code == 302
    assert fresh(race).competition == made
    assert fresh(other).competition is None
    assert fresh(race).meet.code == "26500122"
    page = f"/admin/entries/race/{other.pk}/change/"
    desk.post(page, form_on(desk.get(page), "name") | {"competition": made.pk})
    assert fresh(other).competition == made


def test_that_of_another_meet_cannot_be_chosen(desk: Client, draft: Meet, nittai: Tenant) -> None:
    race, elsewhere = race_of(draft), ncg(open_meet(nittai, "other"))
    ncg(draft)
    answer = change(desk, draft, races__0__competition=elsewhere.pk)
    assert answer.status_code == 422
    page = f"/admin/entries/race/{race.pk}/change/"
    answer = desk.post(page, form_on(desk.get(page), "name") | {"competition": elsewhere.pk})
    assert answer.status_code == 422
    assert fresh(race).competition is None


def test_one_title_stands_once_and_a_race_outlives_its_competition(desk: Client, draft: Meet) -> None:
    race, made = race_of(draft), ncg(draft)
    Race._base_manager.filter(pk=race.pk).update(competition=made)
    page = change(desk, draft, competitions__1__title="第14回NCG")
    assert page.status_code == 422
    assert errors_on(page)
    assert change(desk, draft, competitions__0__DELETE="on").status_code == 302
    assert fresh(race).competition is None


def test_a_copied_meet_has_its_own_without_the_code_of_the_day(draft: Meet, aoki: User) -> None:
    made = ncg(draft, title_en="14th NCG")
    race_of(draft)
    race_of(draft, "NCG男子5000m", is_ncg=True, competition=made, position=1)
    with tenant_scope(draft.tenant_id):
        copy = copy_meet(meet=draft, name="新", slug="new", starts_on=date(2027, 3, 20), by=aoki)
        plain, elite = Race.objects.filter(meet=copy).select_related("competition").in_programme_order()
    assert plain.competition is None
    assert elite.competition is not None
    assert elite.competition != made
    assert (elite.competition.meet, elite.competition.title_en, elite.competition.code) == (copy, "14th NCG", "")


def test_its_title_is_said_in_the_readers_language_with_its_code(draft: Meet) -> None:
    made = ncg(draft, title_en="14th NCG")
    race = race_of(draft, competition=made)
    assert race.competition_here == "第14回NCG（コード 26500123）"
    with override("en"):
        assert race.competition_here == "14th NCG (code 26500123)"
    assert race_of(draft, "女子5000m").competition_here == ""
