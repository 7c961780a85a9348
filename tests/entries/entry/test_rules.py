"""May this row be entered, and why not: one case for each refusal, with what just passes beside it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from entries.entry import actions, rules
from entries.entry.lines import MAX_ROWS, Line, SheetRefused
from entries.entry.models import Entry
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.wording import say
from tests.conftest import athletes_of, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
GOOD = 87_000


def line(athlete: Athlete, race: Race, number: int = 0, **more: Any) -> Line:
    return Line(number, athlete.pk, race.pk, **{"seed_time": GOOD, **more})


def refusals(meet: Meet, team: Team, lines: list[Line], by: User, at: datetime) -> dict[int, dict[str, str]]:
    """Row, field, code of what is refused; each is worded, and nothing was written."""
    before = Entry.objects.count()
    try:
        actions.submit(meet=meet, team=team, lines=lines, key=f"k{before}", by=by, at=at)
    except SheetRefused as refused:
        found = refused
    else:
        return {}
    assert Entry.objects.count() == before
    assert all(say(one) for fields in found.rows.values() for one in fields.values())
    codes = {number: {name: one.code for name, one in fields.items()} for number, fields in found.rows.items()}
    return codes | ({-1: {"": found.general[0].code}} if found.general else {})


@pytest.fixture
def runner(runners: list[Athlete]) -> Athlete:
    return runners[0]


def test_nothing_is_wrong_with_a_good_row(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    assert refusals(meet, kita, [line(runner, race)], baba, now) == {}


def test_the_opening_instant_is_open_and_the_closing_instant_is_closed(meet: Meet) -> None:
    tick = timedelta(microseconds=1)
    rules.check_takes_entries(meet, at=meet.entries_open_at)
    rules.check_takes_entries(meet, at=meet.entries_close_at - tick)
    for at, code in ((meet.entries_open_at - tick, "not_open_yet"), (meet.entries_close_at, "closed")):
        with pytest.raises(Refused, match=code) as refused:
            rules.check_takes_entries(meet, at=at)
        assert "JST" in say(refused.value)


@pytest.mark.parametrize(
    ("state", "code"), [(State.DRAFT, "not_published"), *[(state, "closed") for state in list(State)[2:]]]
)
def test_only_a_published_meet_takes_entries(meet: Meet, state: State, code: str, now: datetime) -> None:
    meet.state = state
    with pytest.raises(Refused, match=code):
        rules.check_takes_entries(meet, at=now)


def test_a_race_of_another_meet_is_unknown(meet: Meet, kita: Team, runner: Athlete, baba: User, now: datetime) -> None:
    from tests.conftest import open_meet

    other = race_of(open_meet(meet.tenant, "other"))
    assert refusals(meet, kita, [line(runner, other)], baba, now) == {0: {"race": "race_unknown"}}


def test_an_athlete_who_left_or_is_of_another_team_is_unknown(
    meet: Meet, race: Race, kita: Team, minami: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    [stranger] = athletes_of(minami, 1)
    Athlete.objects.filter(pk=runner.pk).update(left_at=now)
    lines = [line(stranger, race), line(runner, race, 1)]
    assert refusals(meet, kita, lines, baba, now) == {n: {"athlete": "athlete_unknown"} for n in (0, 1)}


def test_sex_is_asked_except_in_mixed_races(meet: Meet, kita: Team, runner: Athlete, baba: User, now: datetime) -> None:
    women, mixed = race_of(meet, "女子5000m", sex="F"), race_of(meet, "オープン5000m", sex="X")
    [woman] = athletes_of(kita, 1, sex="F")
    lines = [line(runner, women), line(woman, mixed, 1), line(runner, mixed, 2)]
    assert refusals(meet, kita, lines, baba, now) == {0: {"race": "sex"}}


def test_a_paused_race_takes_nobody(meet: Meet, kita: Team, runner: Athlete, baba: User, now: datetime) -> None:
    race = race_of(meet, paused_at=now)
    assert refusals(meet, kita, [line(runner, race)], baba, now) == {0: {"race": "race_paused"}}


@pytest.mark.parametrize(("years", "consent", "fine"), [(16, False, True), (15, False, False), (15, True, True)])
def test_below_sixteen_on_the_first_day_a_guardian_must_have_agreed(
    meet: Meet,
    race: Race,
    kita: Team,
    runner: Athlete,
    baba: User,
    now: datetime,
    years: int,
    consent: bool,
    fine: bool,
) -> None:
    day = meet.starts_on
    born = date(day.year - 16, day.month, day.day) + timedelta(days=0 if years == 16 else 1)
    Athlete.objects.filter(pk=runner.pk).update(birth_date=born, guardian_consent_at=now if consent else None)
    expected = {} if fine else {0: {"athlete": "guardian_needed"}}
    assert refusals(meet, kita, [line(runner, race)], baba, now) == expected


@pytest.mark.parametrize(
    ("seed_time", "code"),
    [
        (88_000, ""),
        (88_001, "standard"),
        (None, "standard_needs_time"),
        (59_999, "implausible_fast"),
        (300_001, "implausible_slow"),
    ],
)
def test_the_declared_time_must_be_possible_and_within_the_standard(
    meet: Meet, kita: Team, runner: Athlete, baba: User, now: datetime, seed_time: int | None, code: str
) -> None:
    race = race_of(meet, standard=88_000)
    expected = {0: {"seed_time": code}} if code else {}
    assert refusals(meet, kita, [line(runner, race, seed_time=seed_time)], baba, now) == expected


@pytest.mark.parametrize(
    ("personal_best", "code"),
    [(59_999, "implausible_fast"), (60_000, ""), (300_000, ""), (300_001, "implausible_slow"), (None, "")],
)
def test_a_personal_best_must_be_possible_too(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime, personal_best: int | None, code: str
) -> None:
    expected = {0: {"personal_best": code}} if code else {}
    assert refusals(meet, kita, [line(runner, race, personal_best=personal_best)], baba, now) == expected


def test_without_a_standard_a_time_may_be_missing(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    assert refusals(meet, kita, [line(runner, race, seed_time=None)], baba, now) == {}


def test_below_800_m_any_time_is_possible(meet: Meet, kita: Team, runner: Athlete, baba: User, now: datetime) -> None:
    sprint = race_of(meet, "男子100m", distance_m=100)
    assert refusals(meet, kita, [line(runner, sprint, seed_time=1_050)], baba, now) == {}


def test_nobody_is_twice_in_a_race_on_one_sheet(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    lines = [line(runner, race), line(runner, race, 4)]
    assert refusals(meet, kita, lines, baba, now) == {4: {"race": "duplicate_on_sheet"}}


def test_nobody_is_twice_in_a_race_by_two_sheets(
    meet: Meet, race: Race, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    assert refusals(meet, kita, [line(runners[0], race)], baba, now) == {}
    lines = [line(runners[1], race), line(runners[0], race, 1)]
    assert refusals(meet, kita, lines, baba, now) == {1: {"race": "duplicate"}}


def test_a_full_waiting_list_takes_nobody(
    meet: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1, waiting_places=2)
    assert refusals(meet, kita, [line(one, race, n) for n, one in enumerate(runners[:3])], baba, now) == {}
    assert refusals(meet, kita, [line(runners[3], race)], baba, now) == {0: {"race": "waiting_full"}}


def test_a_shoe_must_be_a_product_of_the_host(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    assert refusals(meet, kita, [line(runner, race, shoe_id=10**17)], baba, now) == {0: {"shoe": "shoe_unknown"}}


def test_a_sheet_has_at_least_one_and_at_most_400_lines(
    meet: Meet, race: Race, kita: Team, runner: Athlete, baba: User, now: datetime
) -> None:
    assert refusals(meet, kita, [], baba, now) == {-1: {"": "empty"}}
    too_many = [line(runner, race, n) for n in range(MAX_ROWS + 1)]
    assert refusals(meet, kita, too_many, baba, now) == {-1: {"": "too_many_rows"}}


def test_every_wrong_row_is_told_at_once(
    meet: Meet, kita: Team, runners: list[Athlete], baba: User, now: datetime
) -> None:
    women, strict = race_of(meet, "女子5000m", sex="F"), race_of(meet, standard=80_000)
    lines = [line(runners[0], women), line(runners[1], strict, 1), line(runners[2], strict, 2, seed_time=79_000)]
    assert refusals(meet, kita, lines, baba, now) == {0: {"race": "sex"}, 1: {"seed_time": "standard"}}
