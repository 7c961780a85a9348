"""Limits per athlete and per team count what is on the sheet together with what was entered before."""

from datetime import datetime

import pytest

from entries.entry import actions, entry_actions
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tests.conftest import athletes_of, open_meet, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]


@pytest.fixture
def strict(nittai: Tenant) -> Meet:
    return open_meet(nittai, "strict", races_per_athlete=2)


def enter(meet: Meet, team: Team, pairs: list[tuple[Athlete, Race]], by: User, at: datetime) -> dict[int, str]:
    """The code for each refused row; nothing is taken when there is one."""
    before = Entry.objects.count()
    lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, (athlete, race) in enumerate(pairs)]
    try:
        actions.submit(meet=meet, team=team, lines=lines, key=f"k{before}-{len(pairs)}", by=by, at=at)
    except SheetRefused as refused:
        assert Entry.objects.count() == before
        return {number: fields["race"].code for number, fields in refused.rows.items()}
    return {}


def races_of(meet: Meet, how_many: int) -> list[Race]:
    return [race_of(meet, f"男子5000m {n}") for n in range(how_many)]


def test_an_athlete_enters_two_races_and_no_third(
    strict: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    one, two, three = races_of(strict, 3)
    runner = runners[0]
    assert enter(strict, kita, [(runner, one), (runner, two), (runner, three)], baba, now) == {2: "athlete_limit"}
    assert enter(strict, kita, [(runner, one), (runner, two)], baba, now) == {}
    assert enter(strict, kita, [(runners[1], three), (runner, three)], baba, now) == {1: "athlete_limit"}


def test_a_withdrawn_entry_no_longer_counts(
    strict: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    one, two, three = races_of(strict, 3)
    assert enter(strict, kita, [(runners[0], one), (runners[0], two)], baba, now) == {}
    entry_actions.withdraw(entry=Entry.objects.get(race=one), by=baba, at=now)
    assert enter(strict, kita, [(runners[0], three)], baba, now) == {}


def test_a_team_enters_as_many_as_the_race_lets_it(
    meet: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    race = race_of(meet, entries_per_team=3)
    pairs = [(one, race) for one in runners]
    assert enter(meet, kita, pairs, baba, now) == {3: "team_limit", 4: "team_limit"}
    assert enter(meet, kita, pairs[:2], baba, now) == {}
    assert enter(meet, kita, pairs[2:4], baba, now) == {1: "team_limit"}
    assert enter(meet, kita, pairs[2:3], baba, now) == {}


def test_another_team_and_another_meet_do_not_count(
    strict: Meet, meet: Meet, kita: Team, minami: Team, runners: list[Athlete], baba: User, chiba: User, now: datetime
) -> None:
    race = race_of(strict, entries_per_team=1)
    assert enter(strict, kita, [(runners[0], race)], baba, now) == {}
    assert enter(strict, minami, [(athletes_of(minami, 1)[0], race)], chiba, now) == {}
    elsewhere = races_of(meet, 2)
    assert enter(meet, kita, [(runners[0], one) for one in elsewhere], baba, now) == {}
    assert enter(strict, kita, [(runners[0], race_of(strict, "男子10000m"))], baba, now) == {}


def test_a_race_without_a_limit_takes_any_number(
    meet: Meet, race: Race, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    assert enter(meet, kita, [(one, race) for one in runners], baba, now) == {}
