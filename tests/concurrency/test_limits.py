"""Two sheets of one team at the same instant cannot pass a limit together. A real PostgreSQL, real transactions."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from entries.entry import actions, places, rules
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, open_meet, race_of

SHEETS = 12


@pytest.fixture
def strict(nittai: Tenant) -> Meet:
    return open_meet(nittai, "strict", races_per_athlete=2)


def enter_at_once(
    meet: Meet, team: Team, sheets: Sequence[Sequence[tuple[Athlete, Race]]], by: User, at: datetime
) -> Counter[str]:
    """How many sheets were taken, and how many were refused by which code."""
    start = Barrier(len(sheets))

    def enter(number: int) -> str:
        lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, (athlete, race) in enumerate(sheets[number])]
        try:
            with tenant_scope(meet.tenant_id):
                start.wait()
                actions.submit(meet=meet, team=team, lines=lines, key=f"k{number}", by=by, at=at)
        except SheetRefused as refused:
            return next(one.code for fields in refused.rows.values() for one in fields.values())
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(len(sheets)) as pool:
        return Counter(pool.map(enter, range(len(sheets))))


def one_athlete_in_many_races(meet: Meet, team: Team) -> list[list[tuple[Athlete, Race]]]:
    [runner] = athletes_of(team, 1)
    return [[(runner, race_of(meet, f"男子5000m {n}"))] for n in range(SHEETS)]


def test_an_athlete_stays_within_the_races_of_the_meet(strict: Meet, kita: Team, baba: User, now: datetime) -> None:
    outcome = enter_at_once(strict, kita, one_athlete_in_many_races(strict, kita), baba, now)
    assert outcome == {"taken": 2, "athlete_limit": SHEETS - 2}
    assert Entry.objects.count() == 2


def test_a_team_stays_within_its_places_in_a_race(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet, entries_per_team=5)
    runners = athletes_of(kita, 2 * SHEETS)
    sheets = [[(runners[2 * n], race), (runners[2 * n + 1], race)] for n in range(SHEETS)]
    assert enter_at_once(meet, kita, sheets, baba, now) == {"taken": 2, "team_limit": SHEETS - 2}
    assert Entry.objects.count() == 4


def test_without_the_teams_lock_the_limit_is_passed(
    strict: Meet, kita: Team, baba: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above are worth: all who counted before the first had written are let in."""
    counted, check = Barrier(SHEETS), rules.check_limits

    def check_and_wait(*given: Any, **named: Any) -> None:
        check(*given, **named)
        counted.wait()

    def no_lock(team_id: int) -> None:
        """Holds nobody."""

    unlock: Callable[[int], None] = no_lock
    monkeypatch.setattr(places, "lock_team", unlock)
    monkeypatch.setattr(rules, "check_limits", check_and_wait)
    assert enter_at_once(strict, kita, one_athlete_in_many_races(strict, kita), baba, now) == {"taken": SHEETS}
