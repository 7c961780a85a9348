"""Cutting a race into heats, without a database."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entries.heat.pinning import is_kept
from entries.heat.runners import Cut, Pin, PinKind, Runner, Seeding
from entries.heat.seeding import heat_sizes, seed


def field_of(*times: int | None, team: int = 0) -> list[Runner]:
    """Runners 1, 2, 3 … with these times, each of a team of their own unless one is given."""
    return [Runner(n, team or 100 + n, time, entered=n) for n, time in enumerate(times, start=1)]


def entries_in(seeding: Seeding) -> list[list[int]]:
    return [[placed.runner.entry for placed in heat] for heat in seeding.heats]


def test_the_slowest_run_first_and_the_fastest_of_a_heat_has_hip_number_one() -> None:
    runners = field_of(900, 870, None, 840, 880, 860)
    assert entries_in(seed(runners, Cut(per_heat=2))) == [[1, 3], [2, 5], [4, 6]]
    assert entries_in(seed(runners, Cut(per_heat=2, fastest_first=True))) == [[4, 6], [2, 5], [1, 3]]


@pytest.mark.parametrize(
    ("runners", "cut", "sizes"),
    [
        (0, Cut(40), []), (1, Cut(40), [1]), (40, Cut(40), [40]), (41, Cut(20), [14, 14, 13]), (41, Cut(40), [21, 20]),
        (10, Cut(40, heats=3), [4, 3, 3]), (2, Cut(40, heats=5), [1, 1]), (41, Cut(20, fastest_first=True), [13, 14, 14]),
        (100, Cut(40, fast_heats=1, fast_size=20), [40, 40, 20]), (70, Cut(40, fast_heats=2, fast_size=15), [40, 15, 15]),
        (70, Cut(40, heats=3, fast_heats=1, fast_size=15), [28, 27, 15]), (10, Cut(40, fast_heats=1, fast_size=15), [10]),
    ],
)  # fmt: skip
def test_sizes(runners: int, cut: Cut, sizes: list[int]) -> None:
    assert heat_sizes(runners, cut) == sizes


@pytest.mark.parametrize(
    "cut",
    [
        Cut(0), Cut(40, heats=0), Cut(40, fast_size=0), Cut(40, fast_size=41), Cut(40, most_of_a_team=0), Cut(40, farthest=-1),
        Cut(40, farthest_heats=-1), Cut(40, fast_heats=-1),
    ],
)  # fmt: skip
def test_a_cut_that_makes_no_sense_is_refused(cut: Cut) -> None:
    with pytest.raises(ValueError):
        seed(field_of(900), cut)


def test_equal_times_are_parted_by_best_then_submission_then_entry() -> None:
    runners = [
        Runner(4, 1, 900, best=None, entered=1), Runner(3, 2, 900, best=890, entered=9), Runner(2, 3, 900, best=880, entered=9),
        Runner(5, 4, 900, best=890, entered=8), Runner(1, 5, 900, best=None, entered=1),
    ]  # fmt: skip
    assert entries_in(seed(runners, Cut(5))) == [[2, 5, 3, 1, 4]]


def test_team_mates_are_parted_by_the_smallest_change_and_the_swap_says_why() -> None:
    """Three of team 7 in the slow heat; the one nearest to the fast heat changes places with the one nearest to the slow."""
    runners = [Runner(n, 7 if n in (5, 6, 8) else 100 + n, 900 + 10 * n, entered=n) for n in range(1, 9)]
    seeding = seed(runners, Cut(4, most_of_a_team=2))
    places = seeding.places()
    assert (places[5].heat, places[5].cut, places[4].heat, places[4].cut) == (2, 1, 1, 2)
    (swap,) = places[5].swaps
    assert (swap.entry, swap.other, swap.mates, swap.shift, swap.other_shift) == (5, 4, 3, 10, 10)
    assert places[4].swaps == (swap,)
    assert (seeding.moved, seeding.together, seeding.surplus) == (2, (), 0)
    assert entries_in(seed(runners, Cut(4, most_of_a_team=None))) == [[5, 6, 7, 8], [1, 2, 3, 4]]


def test_team_mates_who_cannot_be_parted_are_named() -> None:
    """The other heat is too far away, in seconds or in heats."""
    runners = [*field_of(800, 801, 802), *(Runner(n, 7, 1_900 + n, entered=n) for n in range(10, 13))]
    for cut in (Cut(3, farthest=500), Cut(3, farthest_heats=0)):
        seeding = seed(runners, cut)
        assert [(one.team, one.heat, one.entries) for one in seeding.together] == [(7, 1, (10, 11, 12))]
        assert (seeding.surplus, seeding.moved) == (1, 0)
    assert seed(runners, Cut(3, farthest=5_000)).together == ()


def test_who_has_no_time_stays_in_the_slowest_heat() -> None:
    """Parting team-mates brings nobody without a time into a fast heat."""
    runners = [*field_of(800, 810, 820, 830), *(Runner(n, 7, None, entered=n) for n in range(10, 14))]
    seeding = seed(runners, Cut(4))
    assert entries_in(seeding) == [[10, 11, 12, 13], [1, 2, 3, 4]]
    assert seeding.surplus == 2


def test_pacemakers_have_no_rank_and_stand_where_the_organizer_put_them() -> None:
    runners = field_of(*range(800, 840))
    pace = [
        Runner(101, 1, 835, is_pacemaker=True),
        Runner(102, 1, None, is_pacemaker=True),
        Runner(103, 1, 801, is_pacemaker=True),
    ]
    seeding = seed([*runners, *pace], Cut(20), [Pin(PinKind.INTO, 103, heat=1)])
    places = seeding.places()
    assert [places[n].heat for n in (101, 102, 103)] == [1, 2, 1]
    assert {places[n].rank for n in (101, 102, 103)} == {None}
    assert seeding.sizes == [22, 21]
    assert max(placed.rank or 0 for placed in places.values()) == 40
    assert seed(pace, Cut(20)).sizes == [3]


def test_pins_about_pacemakers_are_kept_or_named() -> None:
    runners, pace = field_of(*range(800, 812)), Runner(50, 1, 801, is_pacemaker=True)

    def heat_with(*pins: Pin) -> int:
        seeding = seed([*runners, pace], Cut(4), pins)
        return seeding.places()[50].heat if not seeding.broken else 0

    assert heat_with() == 3
    assert heat_with(Pin(PinKind.NOT_INTO, 50, heat=3)) == 2
    assert heat_with(Pin(PinKind.TOGETHER, 12, other=50)) == 1
    assert heat_with(Pin(PinKind.APART, 50, other=1)) == 2
    assert heat_with(Pin(PinKind.TOGETHER, 12, other=50), Pin(PinKind.NOT_INTO, 50, heat=1)) == 0
    frozen = Pin(PinKind.FROZEN, heat=3, stay=(1, 2, 3, 4))
    assert heat_with(frozen) == 3


FIELD = field_of(*range(900, 912))
"""Twelve runners: in heats of four the slowest are 9 to 12."""


def test_pins_are_kept() -> None:
    pins = [
        Pin(PinKind.INTO, 1, heat=1), Pin(PinKind.NOT_INTO, 12, heat=1), Pin(PinKind.TOGETHER, 2, other=9),
        Pin(PinKind.APART, 5, other=6),
    ]  # fmt: skip
    seeding = seed(FIELD, Cut(4), pins)
    places = seeding.places()
    assert seeding.broken == ()
    assert places[1].heat == 1
    assert places[12].heat != 1
    assert places[2].heat == places[9].heat == 3
    assert places[5].heat != places[6].heat
    assert seeding.sizes == [4, 4, 4]
    assert places[1].pins == (pins[0],)
    assert places[9].swaps[0].pin == pins[2]


@pytest.mark.parametrize(
    ("pins", "broken"),
    [
        ([Pin(PinKind.INTO, 1, heat=9)], 0), ([Pin(PinKind.INTO, 1, heat=1), Pin(PinKind.INTO, 1, heat=2)], 1),
        ([Pin(PinKind.INTO, 1, heat=1), Pin(PinKind.NOT_INTO, 1, heat=1)], 1),
        ([Pin(PinKind.TOGETHER, 1, other=2), Pin(PinKind.APART, 1, other=2)], 1),
        ([Pin(PinKind.INTO, 1, heat=1), Pin(PinKind.INTO, 2, heat=2), Pin(PinKind.TOGETHER, 1, other=2)], 2),
        ([Pin(PinKind.FROZEN, heat=1, stay=(1, 2)), Pin(PinKind.INTO, 5, heat=1)], 0),
        ([*(Pin(PinKind.NOT_INTO, 1, heat=n) for n in (1, 2, 3))], 2),
    ],
)  # fmt: skip
def test_a_pin_that_cannot_be_kept_is_named(pins: list[Pin], broken: int) -> None:
    assert seed(FIELD, Cut(4), pins).broken == (pins[broken],)


def test_nobody_who_is_fixed_gives_way_to_a_pin() -> None:
    """4 would be nearest to 9, and 10 and 11 to 2."""
    into = [Pin(PinKind.INTO, 4, heat=3), Pin(PinKind.TOGETHER, 2, other=9)]
    assert [set(heat) for heat in entries_in(seed(FIELD, Cut(4), into))] == [
        {3, 10, 11, 12},
        {5, 6, 7, 8},
        {1, 2, 4, 9},
    ]
    group = [
        Pin(PinKind.INTO, 9, heat=1), Pin(PinKind.INTO, 10, heat=1), Pin(PinKind.TOGETHER, 2, other=9),
        Pin(PinKind.TOGETHER, 9, other=11),
    ]  # fmt: skip
    assert [set(heat) for heat in entries_in(seed(FIELD, Cut(4), group))] == [
        {2, 9, 10, 11},
        {5, 6, 7, 8},
        {1, 3, 4, 12},
    ]


def test_parting_team_mates_moves_nobody_who_is_fixed() -> None:
    """Without pins 5 and 4 change places; 5 fixed, it is 6; 4 fixed, it is 3; all three fixed, nobody."""
    runners = [Runner(n, 7 if n in (5, 6, 8) else 100 + n, 900 + 10 * n, entered=n) for n in range(1, 9)]
    first = {5: {4, 6, 7, 8}, 6: {4, 5, 7, 8}}

    def slow(*pins: Pin) -> set[int]:
        return set(entries_in(seed(runners, Cut(4), pins))[0])

    assert slow() == first[5]
    assert slow(Pin(PinKind.INTO, 5, heat=1)) == first[6]
    assert slow(Pin(PinKind.INTO, 4, heat=2)) == {3, 6, 7, 8}
    assert slow(*(Pin(PinKind.INTO, n, heat=1) for n in (5, 6, 8))) == {5, 6, 7, 8}
    assert slow(Pin(PinKind.NOT_INTO, 5, heat=2)) == first[6]
    assert slow(Pin(PinKind.NOT_INTO, 4, heat=1)) == {3, 6, 7, 8}
    assert slow(Pin(PinKind.APART, 4, other=7)) == {3, 6, 7, 8}


def test_a_pin_about_somebody_who_is_gone_breaks_nothing() -> None:
    gone = [Pin(PinKind.INTO, 99, heat=1), Pin(PinKind.TOGETHER, 1, other=99), Pin(PinKind.APART, 99, other=98)]
    assert seed(FIELD, Cut(4), gone).broken == ()


def test_a_frozen_heat_stays_as_it_is() -> None:
    """Who left it leaves a hole, a late runner goes elsewhere, and its number stays when the race has become smaller."""
    frozen = Pin(PinKind.FROZEN, heat=3, stay=(1, 2, 11))
    for runners in (
        FIELD,
        [*FIELD, Runner(13, 1, 880)],
        [one for one in FIELD if one.entry != 2],
        FIELD[:2] + FIELD[9:],
    ):
        seeding = seed(runners, Cut(4), [frozen])
        assert seeding.broken == ()
        assert set(entries_in(seeding)[2]) == {1, 2, 11} & {one.entry for one in runners}
    every = [Pin(PinKind.FROZEN, heat=1, stay=(1, 2)), Pin(PinKind.FROZEN, heat=2, stay=(3, 4))]
    assert entries_in(seed(FIELD[:5], Cut(4), every)) == [[1, 2], [3, 4], [5]]


times = st.one_of(st.none(), st.integers(80_000, 81_000))
fields = st.lists(
    st.tuples(st.integers(1, 6), times, times, st.integers(0, 3), st.booleans()), max_size=60
).map(lambda rows: [Runner(n, *row[:4], is_pacemaker=row[4] and n % 9 == 0) for n, row in enumerate(rows, start=1)])  # fmt: skip
cuts = st.builds(
    Cut, per_heat=st.integers(1, 15), heats=st.none() | st.integers(1, 8), fastest_first=st.booleans(),
    most_of_a_team=st.none() | st.integers(1, 3), farthest_heats=st.integers(0, 3), farthest=st.integers(0, 500),
)  # fmt: skip
pins = st.lists(
    st.builds(Pin, st.sampled_from([k for k in PinKind if k != PinKind.FROZEN]), st.integers(1, 40), st.integers(1, 6), st.integers(41, 60)),
    max_size=6,
)  # fmt: skip


@given(fields, cuts, pins, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_everybody_once_sizes_even_pins_kept_and_the_same_again(
    runners: list[Runner], cut: Cut, wanted: list[Pin], chance: random.Random
) -> None:
    seeding = seed(runners, cut, wanted)
    places = seeding.places()
    assert sorted(entry for heat in entries_in(seeding) for entry in heat) == [one.entry for one in runners]
    ranked = [placed for placed in places.values() if placed.rank is not None]
    assert sorted(placed.rank or 0 for placed in ranked) == list(range(1, len(ranked) + 1))
    heat_of = {entry: placed.heat for entry, placed in places.items()}
    assert all(is_kept(pin, heat_of) is (pin not in seeding.broken) for pin in wanted if pin.entry in heat_of)
    sizes = [sum(placed.rank is not None for placed in heat) for heat in seeding.heats]
    if not any(pin.kind == PinKind.INTO and pin.entry in heat_of for pin in wanted):
        assert sizes in (heat_sizes(len(ranked), cut), [0])
    for placed in ranked:
        pinned = any(swap.pin for swap in placed.swaps) or placed.pins
        assert pinned or wanted or abs(placed.heat - placed.cut) <= cut.farthest_heats
        parted = [swap for swap in placed.swaps if swap.mates]
        assert all(max(swap.shift, swap.other_shift) <= cut.farthest for swap in parted)
    again = [*runners]
    chance.shuffle(again)
    assert seed(again, cut, wanted[::-1]) == seeding
    assert seed(again, replace(cut, farthest=cut.farthest + 1), wanted).hash != seeding.hash or not runners


@given(fields, cuts)
@settings(max_examples=150)
def test_parting_never_leaves_more_team_mates_together_than_the_plain_cut(runners: list[Runner], cut: Cut) -> None:
    if cut.most_of_a_team is None:
        return
    plain = seed(runners, replace(cut, farthest_heats=0))
    assert seed(runners, cut).surplus <= plain.surplus
