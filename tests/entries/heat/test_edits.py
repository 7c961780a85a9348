"""Wishes for heats, hip numbers and bibs: those that are let pass can all come true at once."""

from hypothesis import given
from hypothesis import strategies as st

from entries.heat.board import Line, arranged
from entries.heat.edits import Scene, Stands, Wish, refused

RUNNERS = 12


def scene(*, is_out: bool = False) -> Scene:
    """Two races of two heats of three; the last two runners are the first two again, in the other race."""
    stands = {}
    for entry in range(RUNNERS):
        race, heat, hip = entry // 6, entry // 3 % 2 + 1, entry % 3 + 1
        athlete = entry if entry < 10 else entry - 10
        stands[entry] = Stands(entry, athlete, race, heat, hip, athlete + 1)
    return Scene(stands, is_out, lambda athlete, number: number < 30)


numbers = st.one_of(st.none(), st.integers(0, 14))
wishes = st.builds(Wish, st.integers(0, RUNNERS - 1), st.one_of(st.none(), st.integers(0, 4)), numbers, numbers)


@given(st.lists(wishes, unique_by=lambda wish: wish.entry), st.booleans())
def test_what_is_let_pass_can_come_true_together(asked: list[Wish], is_out: bool) -> None:
    now = scene(is_out=is_out)
    found = refused(now, asked)
    taken = [wish for wish in asked if wish.entry not in found]
    heats = {wish.entry: wish.heat for wish in taken if wish.heat is not None}
    hips = {wish.entry: wish.hip for wish in taken if wish.hip is not None}
    bibs = {one.athlete: one.bib for one in now.stands.values()}
    bibs |= {now.stands[wish.entry].athlete: wish.bib for wish in taken if wish.bib is not None}
    assert len(set(bibs.values())) == len(bibs)
    for race in (0, 1):
        lines = [
            Line(one.entry, one.heat, one.hip, one.entry + 1, {}) for one in now.stands.values() if one.race == race
        ]
        after = arranged(lines, heats, hips, is_out=is_out)
        assert sorted(line.entry for line in after) == [line.entry for line in lines]
        assert len({(line.heat, line.hip_number) for line in after}) == len(lines)
        for line in after:
            assert line.heat == heats.get(line.entry, now.stands[line.entry].heat)
            assert hips.get(line.entry) in (None, line.hip_number)


def test_a_ring_of_exchanges_passes_and_one_refusal_stops_all_of_it() -> None:
    ring = [Wish(0, bib=2), Wish(1, bib=3), Wish(2, bib=1)]
    assert refused(scene(), ring) == {}
    broken = refused(scene(), [*ring[:2], ring[2]._replace(heat=9)])
    assert {entry: why.code for entry, why in broken.items()} == {0: "bib_taken", 1: "bib_taken", 2: "heat_unknown"}


def test_a_heat_that_was_not_in_order_keeps_its_numbers() -> None:
    lines = [Line(1, 1, 2, 1, {}), Line(2, 1, 1, 2, {}), Line(3, 2, 1, 3, {}), Line(4, 2, 2, 4, {})]
    after = {line.entry: (line.heat, line.hip_number) for line in arranged(lines, {3: 1}, is_out=False)}
    assert after == {1: (1, 2), 2: (1, 1), 3: (1, 3), 4: (2, 1)}
