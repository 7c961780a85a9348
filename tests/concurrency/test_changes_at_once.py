"""Changes of race, and withdrawals undone, at the same instant: no place is given twice, and nobody is in both races or in
none. A real PostgreSQL, real transactions."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from entries.entry import actions, entry_actions, places, rules
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, race_of

MANY, PLACES = 12, 4


@pytest.fixture
def runners(kita: Team) -> list[Athlete]:
    return athletes_of(kita, MANY)


def of_many_teams(meet: Meet, race: Race, by: User, at: datetime) -> list[Entry]:
    """An entry of each of many teams: what one team does is held apart by the team's lock already."""
    found = []
    for n in range(MANY):
        team = Team.objects.create(kind="university", name=f"大学{n}", short_name=f"大{n}")
        found += entered(meet, team, race, athletes_of(team, 1), by, at)
    return found


def entered(meet: Meet, team: Team, race: Race, runners: list[Athlete], by: User, at: datetime) -> list[Entry]:
    lines = [Line(n, runner.pk, race.pk, 90_000) for n, runner in enumerate(runners)]
    sent = actions.submit(meet=meet, team=team, lines=lines, key=f"{race.pk}-{team.pk}", by=by, at=at)
    return list(Entry.objects.filter(submission=sent).order_by("ticket"))


def at_once(tenant: int, tasks: Iterable[Callable[[], Any]]) -> Counter[str]:
    """How many were done, and how many refused by which code."""
    tasks = list(tasks)
    start = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> str:
        try:
            with tenant_scope(tenant):
                start.wait()
                task()
        except Refused as refusal:
            return refusal.code
        except IntegrityError:
            return "broken"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


def change(entry: Entry, to: Race, by: User, at: datetime) -> Callable[[], Entry]:
    return lambda: entry_actions.change_race(
        entry=entry, to=to, seed_time=90_000, personal_best=None, may_wait=False, by=by, at=at
    )


def undo(entry: Entry, by: User, at: datetime) -> Callable[[], Entry | None]:
    return lambda: entry_actions.undo_withdrawal(entry=entry, by=by, at=at)


def test_as_many_change_as_there_are_places(meet: Meet, baba: User, now: datetime, in_nittai: None) -> None:
    wrong, right = race_of(meet, "男子5000m A"), race_of(meet, "男子5000m B", places=PLACES)
    entries = of_many_teams(meet, wrong, baba, now)
    outcome = at_once(meet.tenant_id, [change(entry, right, baba, now) for entry in entries])
    assert outcome == {"done": PLACES, "would_wait": MANY - PLACES}
    live = Entry.objects.live()
    assert live.filter(race=right).holding_a_place().count() == PLACES
    assert live.filter(race=wrong).count() == MANY - PLACES
    assert Counter(live.values_list("athlete", flat=True)) == dict.fromkeys([one.athlete_id for one in entries], 1)


def test_two_ways_at_once_wait_for_each_other_in_one_order(
    meet: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime, in_nittai: None
) -> None:
    """Half go from A to B while half go from B to A: with locks in the order of asking they would stop each other."""
    first, second = race_of(meet, "男子5000m A"), race_of(meet, "男子5000m B")
    there = entered(meet, kita, first, runners[:6], baba, now)
    back = entered(meet, kita, second, runners[6:], baba, now)
    ways = [change(entry, second, baba, now) for entry in there] + [change(entry, first, baba, now) for entry in back]
    assert at_once(meet.tenant_id, ways) == {"done": MANY}


def test_an_undo_and_new_entries_share_one_place_once(
    meet: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime, in_nittai: None
) -> None:
    for _ in range(5):
        race = race_of(meet, f"男子5000m {Race.objects.count()}", places=2)
        gone, _stays = entered(meet, kita, race, runners[:2], baba, now)
        entry_actions.withdraw(entry=gone, by=baba, at=now)
        others = [_entering(meet, kita, race, runner, baba, now) for runner in runners[2:6]]
        at_once(meet.tenant_id, [undo(gone, baba, now), *others])
        assert Entry.objects.filter(race=race).holding_a_place().count() == 2


def test_undone_changes_and_withdrawals_at_once_leave_nobody_twice(
    meet: Meet, baba: User, now: datetime, in_nittai: None
) -> None:
    first, second = race_of(meet, "男子5000m A"), race_of(meet, "男子5000m B")
    entries = of_many_teams(meet, first, baba, now)
    changed = [change(entry, second, baba, now)() for entry in entries]
    undone = [undo(entry, baba, now) for entry in entries[:6] * 2]
    gone = [_withdrawing(entry, baba, now) for entry in changed[3:9]]
    assert at_once(meet.tenant_id, undone + gone).total() == 18
    live = Counter(Entry.objects.live().values_list("athlete", flat=True))
    assert live == dict.fromkeys([entry.athlete_id for entry in entries[:6] + entries[9:]], 1)
    assert Entry.objects.live().filter(race=first).count() == 6


def _withdrawing(entry: Entry, by: User, at: datetime) -> Callable[[], Any]:
    return lambda: entry_actions.withdraw(entry=entry, by=by, at=at)


def _entering(meet: Meet, team: Team, race: Race, runner: Athlete, by: User, at: datetime) -> Callable[[], Any]:
    line = Line(0, runner.pk, race.pk, 90_000)
    return lambda: actions.submit(meet=meet, team=team, lines=[line], key=f"{race.pk}-{runner.pk}", by=by, at=at)


def test_without_the_lock_they_stand_on_each_others_tickets(
    meet: Meet, baba: User, now: datetime, in_nittai: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first test is worth: all who looked before the first had written are told of a place, and the constraint
    on tickets is what stops them."""
    wrong, right = race_of(meet, "男子5000m A"), race_of(meet, "男子5000m B", places=PLACES)
    entries = of_many_teams(meet, wrong, baba, now)
    looked, check = Barrier(MANY), rules.check_may_change_race

    def check_and_wait(entry: Entry, to: Race, *, at: datetime) -> None:
        check(entry, to, at=at)
        looked.wait()

    monkeypatch.setattr(places, "lock_races", lambda ids: None)
    monkeypatch.setattr(rules, "check_may_change_race", check_and_wait)
    outcome = at_once(meet.tenant_id, [change(entry, right, baba, now) for entry in entries])
    assert outcome["would_wait"] < MANY - PLACES
