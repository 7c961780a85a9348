"""The races of a meet as one table on its page."""

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.meet.programme import KINDS, MINUTES, minutes_per_heat, rows_for
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import across_tenants
from tests.conftest import open_meet, race_of
from tests.entries.meet.test_meet_admin import ADD, NEW, the_meet
from tests.pageform import errors_on, form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def draft(nittai: Tenant) -> Meet:
    return open_meet(nittai, state=State.DRAFT)


def address(meet: Meet) -> str:
    return f"/admin/entries/meet/{meet.pk}/change/"


def change(desk: Client, meet: Meet, **typed: str) -> Any:
    values = form_on(desk.get(address(meet)), "name")
    return desk.post(address(meet), values | {name.replace("__", "-"): value for name, value in typed.items()})


def starts(race: Race) -> list[str]:
    with across_tenants():
        slots = TimetableSlot.objects.filter(race=race).order_by("number")
        return [f"{slot.starts_at.astimezone(race.meet.zone):%m-%d %H:%M}" for slot in slots]


def fresh(race: Race) -> Race:
    return Race._base_manager.select_related("meet").get(pk=race.pk)


def names(meet: Meet) -> list[str]:
    with across_tenants():
        return list(Race.objects.filter(meet=meet).in_programme_order().values_list("name", flat=True))


def test_a_row_holds_fee_standard_and_its_days(desk: Client, draft: Meet) -> None:
    race = race_of(draft)
    typed = {"races__0__fee": "1500", "races__0__standard": "14分40秒", "races__0__standard_from": "2026-01-01"}
    assert change(desk, draft, **typed).status_code == 302
    saved = fresh(race)
    assert (saved.fee, saved.standard, saved.standard_from) == (1500, 88_000, date(2026, 1, 1))
    page = change(desk, draft, races__0__standard_until="2025-01-01")
    assert errors_on(page) == ["有効期間の終わりは始まり以降の日にしてください。"]


def test_a_row_holds_the_english_name_below_the_other(desk: Client, draft: Meet) -> None:
    race = race_of(draft)
    assert change(desk, draft, races__0__name_en="Men 5000 m").status_code == 302
    assert fresh(race).name_en == "Men 5000 m"
    page = desk.get(address(draft))
    assert form_on(page, "name")["races-0-name_en"] == "Men 5000 m"
    assert 'aria-label="種目名（英語）"' in page.content.decode()
    assert change(desk, draft, races__0__name_en="x" * 61).status_code == 422


def test_a_start_plans_the_heats_that_the_places_fill(desk: Client, draft: Meet) -> None:
    race = race_of(draft, places=90, starters_per_heat=40)
    change(desk, draft, races__0__start="９：３０")
    assert starts(race) == ["05-01 09:30", "05-01 09:49", "05-01 10:08"]
    assert form_on(desk.get(address(draft)), "name")["races-0-start"] == "09:30"


def test_another_start_or_day_moves_the_heats_along_and_none_takes_them_out(desk: Client, draft: Meet) -> None:
    race = race_of(draft, places=80)
    change(desk, draft, races__0__start="09:30")
    change(desk, draft, races__0__start="10:00", races__0__held_on="2027-05-02")
    assert starts(race) == ["05-02 10:00", "05-02 10:19"]
    assert AuditRecord.objects.filter(verb="race.heats_moved").count() == 1
    change(desk, draft, races__0__start="")
    assert starts(race) == []


def test_the_heats_of_the_first_day_move_along_with_it(desk: Client, draft: Meet) -> None:
    first, second = race_of(draft, places=40), race_of(draft, "女子3000m", places=40)
    change(desk, draft, races__0__start="09:30", races__1__start="10:00", races__1__held_on="2027-05-02")
    change(desk, draft, starts_on="2027-04-30")
    assert (starts(first), starts(second)) == (["04-30 09:30"], ["05-02 10:00"])


def test_a_start_whose_heats_leave_the_meets_days_is_refused_with_all_kept(desk: Client, draft: Meet) -> None:
    race = race_of(draft, places=80)
    page = change(desk, draft, races__0__start="23:59", races__0__held_on="2027-05-02", races__0__name="夜の5000m")
    assert page.status_code == 422
    assert "夜の5000m" in page.content.decode()
    assert (starts(race), fresh(race).name) == ([], "男子5000m")
    change(desk, draft, races__0__start="09:30", races__0__held_on="2027-05-02")
    assert change(desk, draft, races__0__start="23:59").status_code == 422
    assert starts(race) == ["05-02 09:30", "05-02 09:49"]


def test_another_zone_keeps_the_starts_also_when_one_is_typed(desk: Client, draft: Meet) -> None:
    first, second = race_of(draft, places=40), race_of(draft, "女子3000m", places=40)
    change(desk, draft, races__0__start="09:30", races__1__start="12:00")
    assert change(desk, draft, time_zone="Europe/London", races__1__start="13:00").status_code == 302
    assert (starts(fresh(first)), starts(fresh(second))) == (["05-01 09:30"], ["05-01 13:00"])


def test_a_typed_start_is_fixed_and_the_heats_after_it_are_not(desk: Client, draft: Meet) -> None:
    race = race_of(draft, places=80)
    change(desk, draft, races__0__start="09:30")
    assert fixed(race) == [True, False]
    page = f"/admin/entries/race/{race.pk}/change/"
    values = form_on(desk.get(page), "name")
    desk.post(page, values | {"slots-1-starts_at": "2027-05-01T10:30"})
    assert (starts(race), fixed(race)) == (["05-01 09:30", "05-01 10:30"], [True, True])
    values = form_on(desk.get(page), "name")
    del values["slots-1-is_fixed"]
    desk.post(page, values)
    assert fixed(race) == [True, False]
    with across_tenants():
        TimetableSlot.objects.filter(race=race).update(is_fixed=False)
    change(desk, draft, races__0__start="09:40")
    assert fixed(race) == [True, False]


def fixed(race: Race) -> list[bool]:
    with across_tenants():
        return list(TimetableSlot.objects.filter(race=race).order_by("number").values_list("is_fixed", flat=True))


def test_the_numbers_say_the_order_and_a_row_without_one_stands_where_it_was_typed(desk: Client, draft: Meet) -> None:
    race_of(draft, "一", position=1), race_of(draft, "二", position=2)
    row = {"name": "三", "distance_m": "800", "sex": "M", "starters_per_heat": "8"}
    new = {f"races__2__{field}": value for field, value in row.items()}
    change(desk, draft, races__TOTAL_FORMS="3", races__0__position="9", **new)
    assert names(draft) == ["二", "三", "一"]


def test_a_row_that_has_nothing_but_a_number_is_none(desk: Client, draft: Meet) -> None:
    empty = {"races__0__position": "1", "races__0__starters_per_heat": "40", "races__0__waiting_places": "0"}
    assert change(desk, draft, races__TOTAL_FORMS="1", **empty).status_code == 302
    assert names(draft) == []


def test_a_button_adds_a_race_and_saves_what_was_typed_without_a_script(desk: Client, nittai: Tenant) -> None:
    answer = desk.post(ADD, NEW | {"_rows": "m5000"})
    meet = the_meet()
    assert answer["Location"] == f"{address(meet)}#races-group"
    change(desk, meet, _rows="f3000", venue="駒沢")
    assert (names(meet), the_meet().venue) == (["男子5000m", "女子3000m"], "駒沢")


def test_the_usual_programme_has_the_fastest_too_where_they_have_a_name(desk: Client, nittai: Tenant) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(elite_short="SC")
    desk.post(ADD, NEW | {"_rows": "usual"})
    four = ["男子10000m", "男子5000m", "女子5000m", "女子3000m"]
    assert names(the_meet()) == [*four, *(f"SC{name}" for name in four)]
    with across_tenants():
        elite = Race.objects.filter(meet=the_meet(), is_ncg=True).select_related("fallback_race")
        assert sorted(str(race.fallback_race) for race in elite) == sorted(four)


def test_a_button_keeps_all_that_was_typed_when_something_is_wrong(desk: Client, nittai: Tenant) -> None:
    page = desk.post(ADD, NEW | {"_rows": "m5000", "name": ""})
    assert page.status_code == 422
    assert form_on(page, "name")["races-0-name"] == "男子5000m"
    assert not Meet._base_manager.exists()


@pytest.mark.parametrize("rows", ["nothing", "", "m5000\x00"])
def test_what_is_no_button_adds_nothing(desk: Client, draft: Meet, rows: str) -> None:
    change(desk, draft, _rows=rows)
    assert names(draft) == []


@pytest.mark.parametrize(("asked", "shown"), [("3", 3), ("999", 20), ("-1", 0), ("x", 0), ("³", 0)])
def test_empty_rows_are_there_for_who_has_no_script(desk: Client, draft: Meet, asked: str, shown: int) -> None:
    assert change(desk, draft, _rows="empty")["Location"].endswith("?rows=1#races-group")
    assert form_on(desk.get(f"{address(draft)}?rows={asked}"), "name")["races-TOTAL_FORMS"] == str(shown)


@pytest.mark.parametrize("total", ["x", "-1", "²", "99999", "1000", "9" * 5_000])
def test_nonsense_about_the_number_of_rows_is_refused(desk: Client, draft: Meet, total: str) -> None:
    assert change(desk, draft, races__TOTAL_FORMS=total, _rows="m5000").status_code in (302, 422)
    assert len(names(draft)) <= 1


def test_each_kind_of_race_is_one_that_can_be_saved(desk: Client, draft: Meet) -> None:
    for kind in KINDS:
        change(desk, draft, _rows=kind.key)
    assert names(draft) == [str(kind.name) for kind in KINDS]


def test_a_heat_takes_as_long_as_its_distance(now: datetime) -> None:
    assert [minutes_per_heat(metres) for metres, _minutes in MINUTES] == [minutes for _metres, minutes in MINUTES]
    assert (minutes_per_heat(100), minutes_per_heat(20_000)) == (5, 68)
    assert rows_for("usual", elite="")[0]["name"] == "男子10000m"


def test_two_races_of_one_name_are_said_in_the_words_of_the_table(desk: Client, draft: Meet) -> None:
    row = {"position": "1", "name": "男子5000m", "sex": "M", "distance_m": "5000", "starters_per_heat": "40"}
    typed = {f"races__{n}__{name}": value for n in (0, 1) for name, value in row.items()}
    page = change(desk, draft, races__TOTAL_FORMS="2", **typed)
    assert errors_on(page) == ["上の行と同じです。どちらかを変更してください。"]
    assert "同じ種目名の行が2つあります。どちらかを変更してください。" in page.content.decode()
    assert "重複した" not in page.content.decode()


def test_a_fee_that_no_race_has_is_refused(desk: Client, draft: Meet) -> None:
    race = race_of(draft)
    assert change(desk, draft, races__0__fee="100001").status_code == 422
    assert change(desk, draft, races__0__fee="100000").status_code == 302
    assert fresh(race).fee == 100_000
