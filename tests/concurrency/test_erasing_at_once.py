"""An erasure at the same instant as somebody who writes about the person (requirements P3, C10)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from entries.archive import erasing
from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Race
from entries.roster import athlete_actions
from entries.roster.athlete_actions import AthleteRefused
from entries.roster.athlete_fields import values_of
from entries.roster.importing import actions as import_actions
from entries.roster.importing.columns import ROSTER_TITLES
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import across_tenants, tenant_scope
from tests.tables import grid_of_rows
from tests.waiting import until_somebody_waits

GONE = "（削除済み）"


@pytest.fixture
def erased_meanwhile(
    baba: User, runners: list[Athlete], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], Any]], Any]:
    """Runs something that waits for the row of an athlete who is just being erased; what came of it."""
    holding, original = Event(), erasing._note

    def held(*args: Any, **values: Any) -> None:
        holding.set()
        until_somebody_waits()
        original(*args, **values)

    def erase() -> None:
        try:
            erasing.erase(Athlete.objects.get(pk=runners[0].pk), by=baba, at=now)
        finally:
            connection.close()

    def wait_and(act: Callable[[], Any]) -> Any:
        try:
            assert holding.wait(10)
            return act()
        finally:
            connection.close()

    def run(act: Callable[[], Any]) -> Any:
        monkeypatch.setattr(erasing, "_note", held)
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(erase), pool.submit(wait_and, act)
            first.result(timeout=30)
            return second.result(timeout=30)

    return run


def test_no_entry_of_the_erased_keeps_a_place(
    erased_meanwhile: Callable[..., Any], kita: Team, baba: User, race: Race, runners: list[Athlete], now: datetime
) -> None:
    def submit() -> None:
        with tenant_scope(race.tenant_id):
            lines = [Line(0, runners[0].pk, race.pk, 90_000)]
            actions.submit(meet=race.meet, team=kita, lines=lines, key="k", by=baba, at=now)

    erased_meanwhile(submit)
    entry = Entry.objects.get()
    assert entry.withdrawn_at is not None


def test_a_coach_who_saves_the_athletes_page_brings_nothing_back(
    erased_meanwhile: Callable[..., Any], baba: User, runners: list[Athlete], now: datetime
) -> None:
    athlete = Athlete.objects.select_related("team").get(pk=runners[0].pk)
    values = values_of(athlete) | {"family_name": "早乙女丸", "grade": "4"}

    def save() -> str:
        try:
            athlete_actions.change_athlete(athlete, values=values, by=baba, at=now, today=now.date())
        except AthleteRefused as refused:
            return refused.refused["family_name"].code
        return "saved"

    assert erased_meanwhile(save) == "athlete_erased"
    fresh = Athlete.objects.get(pk=athlete.pk)
    assert (fresh.family_name, fresh.grade) == (GONE, "")


def test_a_file_that_is_confirmed_brings_nothing_back(
    erased_meanwhile: Callable[..., Any], kita: Team, baba: User, runners: list[Athlete], now: datetime
) -> None:
    athlete = Athlete.objects.get(pk=runners[0].pk)
    born = athlete.birth_date.isoformat()
    row = [athlete.family_name, athlete.given_name, athlete.family_kana, athlete.given_kana, "男", born, "4"]
    header = ["姓", "名", "姓フリガナ", "名フリガナ", "性別", "生年月日", "学年"]
    grid = grid_of_rows(ROSTER_TITLES, header, row)
    upload = import_actions.keep_upload(kita, by=baba, file_name="x.xlsx", grid=grid, at=now, today=now.date())

    def confirm() -> str:
        try:
            import_actions.apply_upload(upload, by=baba, at=now, today=now.date())
        except Refused as refused:
            return refused.code
        return "applied"

    erased_meanwhile(confirm)
    fresh = Athlete.objects.get(pk=athlete.pk)
    assert (fresh.family_name, fresh.grade, fresh.erased_at is not None) == (GONE, "", True)


def test_who_is_erased_is_not_put_back_on_the_roster(baba: User, runners: list[Athlete], now: datetime) -> None:
    stale = Athlete.objects.get(pk=runners[0].pk)
    athlete_actions.take_off(stale, by=baba, at=now)
    erasing.erase(stale, by=baba, at=now)
    assert not athlete_actions.put_back(stale, by=baba)


def test_of_two_who_erase_at_once_one_is_told(baba: User, runners: list[Athlete], now: datetime) -> None:
    def erase(_number: int) -> str:
        try:
            with across_tenants():
                erasing.erase(Athlete.objects.get(pk=runners[0].pk), by=baba, at=now)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "erased"

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(Athlete.objects.select_for_update().filter(pk=runners[0].pk))
            both = [pool.submit(erase, number) for number in range(2)]
            until_somebody_waits(2)
        assert sorted(one.result(timeout=30) for one in both) == ["erased", "erased_already"]
