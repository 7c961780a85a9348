"""What the bench compares the exchange of team-mates with is really the smallest: each way of dealing few runners is tried."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from entries.heat.runners import Board, Cut, Runner, Seeding
from entries.heat.seeding import seed
from tests.bench.optimum import fewest

teams = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6)), min_size=2, max_size=7)


@given(teams, st.integers(2, 4), st.integers(1, 2), st.integers(0, 2), st.sampled_from([0, 300, 10_000]))
def test_no_way_of_dealing_leaves_fewer_together(
    runners: list[tuple[int, int]], size: int, most: int, heats: int, seconds: int
) -> None:
    cut = Cut(per_heat=size, most_of_a_team=most, farthest_heats=heats, farthest=seconds)
    field = [Runner(n, team, 90_000 + 100 * time, None, n) for n, (team, time) in enumerate(runners, start=1)]
    made = seed(field, cut)
    assert fewest(made, cut) == _tried(made, cut, most) <= made.surplus


def _tried(made: Seeding, cut: Cut, most: int) -> int:
    placed = [one for heat in made.heats for one in heat]
    board = Board(
        {n: [one.runner for one in heat] for n, heat in enumerate(made.heats, start=1)},
        {one.runner.entry: one.cut for one in placed},
    )
    slots = [number for number, size in enumerate(made.sizes, start=1) for _ in range(size)]
    best = made.surplus
    for heats in set(permutations(slots)):
        dealt = list(zip((one.runner for one in placed), heats, strict=True))
        if all(
            abs(heat - board.cut_of[one.entry]) <= cut.farthest_heats and board.shift(one, heat) <= cut.farthest
            for one, heat in dealt
        ):
            there = [(one.team, heat) for one, heat in dealt]
            best = min(best, sum(max(there.count(key) - most, 0) for key in set(there)))
    return best
