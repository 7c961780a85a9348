"""The desk's page of a race."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from entries.entry import actions
from entries.entry.lines import Line
from entries.meet.models import NO_LINE, Meet, Race, TimetableSlot
from entries.roster.models import Team
from tenants.models import AuditRecord, OutboxMail, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, open_meet, race_of, states
from tests.pageform import errors_on, form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def address(race: Race) -> str:
    return f"/admin/entries/race/{race.pk}/change/"


def change(desk: Client, race: Race, **values: Any) -> Any:
    """Open the page, type over, save."""
    return desk.post(address(race), form_on(desk.get(address(race)), "name") | values)


def fresh(race: Race) -> Race:
    return Race._base_manager.select_related("meet").get(pk=race.pk)


def full(meet: Meet, kita: Team, baba: User, now: datetime, *, places: int = 2, entries: int = 5) -> Race:
    """A race with more entries than places."""
    race = race_of(meet, places=places)
    with tenant_scope(meet.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(kita, entries))]
        actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now)
    return race


def test_more_places_promote_the_first_who_wait_and_mail_them(
    desk: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = full(meet, kita, baba, now)
    change(desk, race, places="4")
    with across_tenants():
        assert [state for _ticket, state in states(race)] == ["accepted"] * 4 + ["waitlisted"]
    assert OutboxMail.objects.filter(kind="entry.promoted").count() == 2
    assert AuditRecord.objects.filter(verb="race.places_changed").count() == 1


def test_fewer_places_take_nothing_back(desk: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = full(meet, kita, baba, now, places=4)
    change(desk, race, places="1")
    with across_tenants():
        assert [state for _ticket, state in states(race)] == ["accepted"] * 4 + ["waitlisted"]


def test_the_table_of_the_meet_promotes_too(desk: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = full(meet, kita, baba, now)
    page = f"/admin/entries/meet/{meet.pk}/change/"
    assert desk.post(page, form_on(desk.get(page), "name") | {"races-0-places": "3"}).status_code == 302
    assert (fresh(race).places, fresh(race).line) == (3, 3)


def test_a_page_that_was_open_for_an_hour_puts_no_old_tickets_back(
    desk: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=2)
    values = form_on(desk.get(address(race)), "name")
    with tenant_scope(meet.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(kita, 3))]
        actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now)
    desk.post(address(race), values | {"name": "男子5000m A"})
    assert (fresh(race).name, fresh(race).last_ticket) == ("男子5000m A", 3)


def test_closing_later_promotes_who_waited(desk: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = full(meet, kita, baba, now)
    Race._base_manager.filter(pk=race.pk).update(places=3)  # as when places were raised after promotions had ended
    page = f"/admin/entries/meet/{meet.pk}/change/"
    desk.post(page, form_on(desk.get(page), "name") | {"promote_until": "2027-04-30T12:00"})
    assert fresh(race).line == 3


@pytest.mark.parametrize(
    ("kind", "number", "stored"),
    [("none", "7", 0), ("limited", "7", 7), ("unlimited", "7", None), ("unlimited", "", None)],
)
def test_the_waiting_list_in_words(desk: Client, meet: Meet, kind: str, number: str, stored: int | None) -> None:
    race = race_of(meet, places=2, waiting_places=3)
    change(desk, race, waiting_kind=kind, waiting_places=number)
    assert fresh(race).waiting_places == stored
    shown = form_on(desk.get(address(race)), "name")
    assert shown["waiting_kind"] == kind


def test_a_limited_waiting_list_needs_its_number(desk: Client, race: Race) -> None:
    page = change(desk, race, waiting_kind="limited", waiting_places="")
    assert errors_on(page) == ["補欠待ちの上限を1以上で入力してください。"]


@pytest.mark.parametrize("typed", ["14:40.00", "14分40秒", "１４：４０．００", "14.40.00", " 14'40\"00 "])
def test_a_standard_is_typed_in_any_form_and_shown_in_one(desk: Client, race: Race, typed: str) -> None:
    change(desk, race, standard=typed)
    assert fresh(race).standard == 88_000
    assert form_on(desk.get(address(race)), "name")["standard"] == "14:40.00"


def test_the_same_standard_typed_otherwise_is_no_change(desk: Client, meet: Meet) -> None:
    change(desk, race_of(meet, standard=88_000), standard="14分40秒00")
    assert not AuditRecord.objects.exists()


IMPOSSIBLE = [
    ("standard", "14:60.00"), ("standard", "速い"), ("standard", "1" * 60), ("standard", "\x00"), ("places", "-1"),
    ("places", "10001"), ("places", "1" * 40), ("distance_m", "9"), ("fee", "100001"), ("entries_per_team", "2001"), ("starters_per_heat", "0"), ("sex", "Q"),
    ("held_on", "2027-05-03"), ("fallback_race", "999999999999"), ("fallback_race", "x"), ("waiting_kind", "maybe"),
]  # fmt: skip


def test_what_cannot_be_is_refused_beside_its_field(desk: Client, race: Race) -> None:
    values = form_on(desk.get(address(race)), "name")
    for field, value in IMPOSSIBLE:
        page = desk.post(address(race), values | {field: value})
        assert page.status_code == 422, (field, value)
        assert field in page.context["adminform"].form.errors, value


@pytest.mark.parametrize(
    "other",
    [{"sex": "F"}, {"distance_m": 10_000}, {"meet": "other"}, {"falls_back": True}],
    ids=lambda other: next(iter(other)),
)
def test_a_race_falls_back_only_to_its_like_in_the_same_meet(
    desk: Client, nittai: Tenant, meet: Meet, other: dict[str, Any]
) -> None:
    race = race_of(meet)
    fields = {name: value for name, value in other.items() if name in ("sex", "distance_m")}
    where = open_meet(nittai, "spring") if "meet" in other else meet
    fallback = race_of(where, "別の種目", **fields, fallback_race=race if "falls_back" in other else None)
    page = change(desk, race, fallback_race=str(fallback.pk))
    assert page.status_code == 422
    assert fresh(race).fallback_race_id is None


def test_a_race_falls_back_to_its_like(desk: Client, meet: Meet) -> None:
    race, fallback = race_of(meet, "NCG男子5000m", is_ncg=True), race_of(meet)
    change(desk, race, fallback_race=str(fallback.pk))
    assert fresh(race).fallback_race_id == fallback.pk


def test_a_new_race_goes_into_a_meet_of_the_own_host(desk: Client, meet: Meet, chuo: Tenant) -> None:
    page = f"/admin/entries/race/add/?meet={meet.pk}"
    values = form_on(desk.get(page), "name") | {
        "name": "男子800m",
        "distance_m": "800",
        "sex": "M",
        "waiting_kind": "none",
    }
    assert desk.post(page, values | {"meet": str(open_meet(chuo).pk)}).status_code == 422
    assert desk.post(page, values | {"places": "24"}).status_code == 302
    made = Race._base_manager.get(name="男子800m")
    assert (made.meet, made.tenant_id, made.line, made.waiting_places) == (meet, meet.tenant_id, 24, 0)


def test_a_platform_admins_new_race_belongs_to_the_meets_host(client: Client, admin: User, meet: Meet) -> None:
    client.force_login(admin)
    page = f"/admin/entries/race/add/?meet={meet.pk}"
    values = form_on(client.get(page), "name") | {"name": "男子800m", "distance_m": "800", "waiting_kind": "unlimited"}
    client.post(page, values | {"sex": "M"})
    made = Race._base_manager.get(name="男子800m")
    assert (made.tenant_id, made.line) == (meet.tenant_id, NO_LINE)


def act(desk: Client, name: str, race: Race, **more: str) -> Any:
    values = {"action": name, "_selected_action": [race.pk], "confirmed": "1", "from_row": "1", **more}
    return desk.post("/admin/entries/race/", values)


def test_a_paused_race_takes_entries_again_when_resumed(desk: Client, race: Race) -> None:
    act(desk, "pause", race, why="雷")
    assert fresh(race).paused_at is not None
    assert AuditRecord.objects.get(verb="race.paused").why == "雷"
    act(desk, "resume", race)
    assert fresh(race).paused_at is None


def test_heats_are_planned_at_even_distances_by_the_meets_clock(desk: Client, nittai: Tenant) -> None:
    race = race_of(open_meet(nittai, time_zone="Europe/London"))
    act(desk, "plan", race, first="2027-05-01T07:30", minutes="25", count="3")
    act(desk, "plan", race, first="2027-05-01T09:00", minutes="20", count="2")
    with across_tenants():
        slots = TimetableSlot.objects.filter(race=race).order_by("number")
        assert [f"{slot.number} {slot.starts_at:%H:%M}" for slot in slots] == ["1 08:00", "2 08:20"]  # UTC
    page = desk.get(address(race)).content.decode()
    assert "2027-05-01T09:20" in page


@pytest.mark.parametrize("first", ["2027-04-30T23:59", "2027-05-02T23:50", "", "x"])
def test_heats_outside_the_meets_days_are_refused(desk: Client, race: Race, first: str) -> None:
    page = act(desk, "plan", race, first=first, minutes="20", count="2")
    assert page.status_code == 422
    assert not TimetableSlot._base_manager.exists()


def test_a_race_with_entries_cannot_be_deleted(desk: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = full(meet, kita, baba, now)
    desk.post(f"/admin/entries/race/{race.pk}/delete/", {"post": "yes"})
    assert Race._base_manager.filter(pk=race.pk).exists()
