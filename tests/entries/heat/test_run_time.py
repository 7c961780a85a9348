"""How long heats take and when they go off, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entries.heat.run_time import Planned, Run, fill, overlaps, rounded_up, run_time

NINE = datetime(2027, 5, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(
    number: int, minutes: float, *, race: int = 1, gap: int = 2, fixed: datetime | None = None, track: int = 1
) -> Run:
    return Run(race, number, track, minutes * MINUTE, gap * MINUTE, NINE, fixed)


def clocks(planned: list[Planned]) -> list[str]:
    return [f"{one.starts_at:%H:%M}" for one in planned]


@pytest.mark.parametrize(
    ("slowest", "without_time", "seconds"),
    [
        (99_000, False, 990), (99_001, False, 991), (99_000, True, 1_020), (120_000, True, 1_200), (None, False, 1_020), (None, True, 1_020),
    ],
)  # fmt: skip
def test_a_heat_takes_as_long_as_its_slowest_and_who_has_no_time_as_usual(
    slowest: int | None, without_time: bool, seconds: int
) -> None:
    assert run_time(slowest, without_time=without_time, usual=17 * MINUTE) == timedelta(seconds=seconds)


def test_heats_follow_each_other_with_a_gap_to_the_whole_minute() -> None:
    runs = [run(1, 16.5), run(2, 15.1), run(3, 14)]
    assert clocks(fill(runs, step=1)) == ["09:00", "09:19", "09:37"]
    assert clocks(fill(runs, step=5)) == ["09:00", "09:20", "09:40"]
    assert clocks(fill([run(1, 10, gap=0), run(2, 10, gap=0)], step=1)) == ["09:00", "09:10"]


def test_what_is_fixed_stays_and_the_break_before_it_too() -> None:
    noon = NINE + 180 * MINUTE
    runs = [run(1, 10), run(2, 10, fixed=noon), run(3, 10)]
    assert clocks(fill(runs, step=1)) == ["09:00", "12:00", "12:12"]
    assert overlaps(fill(runs, step=1)) == []


def test_what_is_fixed_too_early_overlaps_and_the_next_waits_for_both() -> None:
    planned = fill([run(1, 30), run(2, 10, fixed=NINE + 5 * MINUTE), run(3, 10)], step=1)
    assert clocks(planned) == ["09:00", "09:05", "09:32"]
    assert [(one.run.number, other.run.number) for one, other in overlaps(planned)] == [(1, 2)]


def test_heats_on_another_track_do_not_wait() -> None:
    planned = fill([run(1, 30), run(1, 10, race=2, track=2), run(2, 30)], step=1)
    assert clocks(planned) == ["09:00", "09:00", "09:32"]
    assert overlaps(planned) == []


def test_minutes_are_counted_by_the_clock_on_the_wall() -> None:
    assert rounded_up(NINE + timedelta(seconds=1), 5) == NINE + 5 * MINUTE
    assert rounded_up(NINE, 5) == NINE


runs_of_a_day = st.lists(
    st.builds(
        lambda race, minutes, gap, track, fixed: (race, minutes, gap, track, fixed),
        st.integers(1, 4), st.integers(60, 4_000), st.integers(0, 30), st.integers(1, 2), st.none() | st.integers(0, 900),
    ),
    max_size=40,
)  # fmt: skip


@given(runs_of_a_day, st.sampled_from([1, 5]))
def test_no_heat_is_put_on_one_that_runs_and_their_order_is_kept(
    day: list[tuple[int, int, int, int, int | None]], step: int
) -> None:
    runs = [
        Run(
            race,
            number,
            track,
            timedelta(seconds=seconds),
            gap * MINUTE,
            NINE,
            None if at is None else NINE + at * MINUTE,
        )
        for number, (race, seconds, gap, track, at) in enumerate(day)
    ]
    planned = fill(runs, step=step)
    assert [one.run for one in planned] == runs
    for place, one in enumerate(planned):
        before = [other for other in planned[:place] if other.run.track == one.run.track]
        if one.run.fixed is not None:
            assert one.starts_at == one.run.fixed
            continue
        first = max([one.run.earliest, *(other.ends_at + other.run.gap for other in before)])
        assert timedelta(0) <= one.starts_at - first < step * MINUTE
        assert one.starts_at.minute % step == one.starts_at.second == 0
    late = {pair[1].run.number for pair in overlaps(planned)}
    fixed = {one.run.number for one in planned if one.run.fixed is not None}
    assert not late - fixed - {one.run.number for one in planned if runs_again(one, planned)}


def runs_again(one: Planned, planned: list[Planned]) -> bool:
    """Whether a heat that stands later in the order is fixed into the time of this one or before it."""
    later = planned[one.run.number + 1 :]
    return any(other.run.track == one.run.track and other.starts_at <= one.starts_at for other in later)
