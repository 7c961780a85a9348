"""Cutting a race into heats: by time, even, with pins kept and team-mates parted, each decision kept as data.

The runners are ranked and cut plainly; then pins are kept by swapping, then team-mates are parted by swapping
(`team_mates`). Nothing depends on the order in which runners are given, on the clock or on chance. Without Django.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from entries.heat.pinning import is_kept, keep_pins, pinned_heats
from entries.heat.runners import Board, Cut, Pin, PinKind, Placed, Runner, Seeding, Swap, Together
from entries.heat.team_mates import part_team_mates

RULE_VERSION = 1
"""Grows when the same runners may be placed otherwise than before. Stands beside each start."""


def seed(runners: Iterable[Runner], cut: Cut, pins: Iterable[Pin] = ()) -> Seeding:
    """The heats of a race. Every runner is in exactly one of them; without runners there is none.

    Raises ValueError for a cut that makes no sense.
    """
    _check(cut)
    pins, everybody = sorted(set(pins)), sorted(runners)
    ranked = [one for one in everybody if not one.is_pacemaker]
    board = _cut(ranked, cut, pins)
    keep_pins(board, pins)
    if cut.most_of_a_team is not None:
        part_team_mates(board, cut)
    frozen = [pin for pin in pins if pin.kind == PinKind.FROZEN and not is_kept(pin, board.heat_of)]
    _place_pacemakers(board, [one for one in everybody if one.is_pacemaker], pins)
    broken = [pin for pin in pins if (pin in frozen if pin.kind == PinKind.FROZEN else not is_kept(pin, board.heat_of))]
    return _result(board, ranked, cut, pins, broken)


def heat_sizes(runners: int, cut: Cut) -> list[int]:
    """Sizes in the order of the heats: as few heats as fit, differing by at most one, the larger ones slower. Smaller fast
    heats are filled first, and the rest is cut evenly."""
    if runners == 0:
        return []
    fast = [cut.fast_size] * cut.fast_heats if cut.fast_size else []
    while fast and sum(fast) >= runners:
        fast.pop()
    rest = runners - sum(fast)
    heats = max((cut.heats or 0) - len(fast), 1) if cut.heats else -(-rest // cut.per_heat)
    small, larger = divmod(rest, min(heats, rest))
    sizes = [small + (n < larger) for n in range(min(heats, rest))] + fast
    return sizes[::-1] if cut.fastest_first else sizes


def _check(cut: Cut) -> None:
    if cut.per_heat < 1 or (cut.heats is not None and cut.heats < 1) or cut.fast_heats < 0:
        raise ValueError("a heat has at least one runner, a race at least one heat")
    if (cut.fast_size is not None and not 1 <= cut.fast_size <= cut.per_heat) or cut.farthest_heats < 0:
        raise ValueError("a fast heat is no larger than the others, and nobody is moved by less than nothing")
    if (cut.most_of_a_team is not None and cut.most_of_a_team < 1) or cut.farthest < 0:
        raise ValueError("a team has at least one runner in a heat")


def _cut(ranked: Sequence[Runner], cut: Cut, pins: Sequence[Pin]) -> Board:
    """Who is pinned into a heat, or stays in a frozen one, is there; the others fill what is left, by time."""
    sizes = _sizes(len(ranked), cut, pins)
    fixed = pinned_heats(ranked, pins, sizes)
    order = ranked if cut.fastest_first else ranked[::-1]
    free = [one for one in order if one.entry not in fixed]
    frozen = {pin.heat for pin in pins if pin.kind == PinKind.FROZEN}
    if free and not sizes.keys() - frozen:
        sizes[len(sizes) + 1] = 0
    taken = Counter(fixed.values())
    left = _even(len(free), {heat: size - taken[heat] for heat, size in sizes.items() if heat not in frozen})
    heat_of = fixed | _dealt(free, left)
    heats: dict[int, list[Runner]] = {heat: [] for heat in sizes}
    for one in order:
        heats[heat_of[one.entry]].append(one)
    board = Board(heats, _dealt(order, sizes))
    board.held = set(fixed)
    return board


def _sizes(runners: int, cut: Cut, pins: Iterable[Pin]) -> dict[int, int]:
    """By the number of each heat; a frozen heat keeps its number when the race has become smaller."""
    sizes = heat_sizes(runners, cut)
    last = max((pin.heat for pin in pins if pin.kind == PinKind.FROZEN), default=0)
    if len(sizes) < last <= runners:
        sizes = heat_sizes(runners, replace(cut, heats=last))
    return dict(enumerate(sizes, start=1))


def _dealt(order: Sequence[Runner], sizes: Mapping[int, int]) -> dict[int, int]:
    """The heat of each runner when the heats are filled in turn."""
    heats = [heat for heat, size in sorted(sizes.items()) for _ in range(size)]
    return {one.entry: heat for one, heat in zip(order, heats, strict=True)}


def _even(runners: int, room: Mapping[int, int]) -> dict[int, int]:
    """How many go where, when pins took more or less of a heat than its size: what is left over, or missing, is spread one
    by one over the heats with the most, or the least, room."""
    sizes = {heat: max(size, 0) for heat, size in room.items()}
    while (over := sum(sizes.values()) - runners) != 0:
        heat = (
            max(sizes, key=lambda heat: (sizes[heat], -heat))
            if over > 0
            else min(sizes, key=lambda heat: (sizes[heat], heat))
        )
        sizes[heat] -= 1 if over > 0 else -1
    return sizes


def _place_pacemakers(board: Board, pacemakers: Sequence[Runner], pins: Sequence[Pin]) -> None:
    """Where pins want them; else beside the times nearest to theirs; without a time in the fastest heat."""
    board.heats = board.heats or ({1: []} if pacemakers else {})
    for one in pacemakers:
        mine = [pin for pin in pins if pin.kind != PinKind.FROZEN and one.entry in (pin.entry, pin.other)]
        ways = [board.heat_of | {one.entry: heat} for heat in board.heats] if mine else []
        broken = {way[one.entry]: sum(not is_kept(pin, way) for pin in mine) for way in ways}
        heat = min(board.heats, key=lambda heat: (broken.get(heat, 0), _distance(one, board.heats[heat]), heat))
        board.heats[heat].append(one)
        board.heat_of[one.entry] = board.cut_of[one.entry] = heat


def _distance(one: Runner, heat: Sequence[Runner]) -> int:
    times = [other.seed for other in heat if other.seed is not None and not other.is_pacemaker]
    if not times:
        return 10**9
    return min(times) if one.seed is None else min(abs(time - one.seed) for time in times)


def _result(board: Board, ranked: Sequence[Runner], cut: Cut, pins: Sequence[Pin], broken: Sequence[Pin]) -> Seeding:
    rank = {one.entry: number for number, one in enumerate(ranked, start=1)}
    swaps: dict[int, list[Swap]] = {}
    for swap in board.swaps:
        swaps.setdefault(swap.entry, []).append(swap)
        swaps.setdefault(swap.other, []).append(swap)
    pins_of: dict[int, list[Pin]] = {}
    for pin in pins:
        for entry in {pin.entry, pin.other, *pin.stay} if pin not in broken else ():
            pins_of.setdefault(entry, []).append(pin)
    heats = tuple(
        tuple(
            Placed(
                one, heat, rank.get(one.entry), board.cut_of[one.entry],
                tuple(swaps.get(one.entry, ())), tuple(pins_of.get(one.entry, ())),
            )
            for one in sorted(there, key=lambda one: (one.is_pacemaker, one))
        )
        for heat, there in sorted(board.heats.items())
    )  # fmt: skip
    together, surplus = _together(heats, cut)
    return Seeding(heats, together, tuple(broken), surplus, _hash(heats, cut, pins))


def _together(heats: Sequence[Sequence[Placed]], cut: Cut) -> tuple[tuple[Together, ...], int]:
    if cut.most_of_a_team is None:
        return (), 0
    found, surplus = [], 0
    for number, heat in enumerate(heats, start=1):
        teams: dict[int, list[int]] = {}
        for placed in heat:
            if placed.rank is not None:
                teams.setdefault(placed.runner.team, []).append(placed.runner.entry)
        for team, entries in sorted(teams.items()):
            if len(entries) > cut.most_of_a_team:
                found.append(Together(team, number, tuple(entries)))
                surplus += len(entries) - cut.most_of_a_team
    return tuple(found), surplus


def _hash(heats: Sequence[Sequence[Placed]], cut: Cut, pins: Sequence[Pin]) -> str:
    """Of what went in and what came out, so that two machines can be compared by a glance."""
    inside = sorted(asdict(placed.runner).items() for heat in heats for placed in heat)
    text = json.dumps([
        RULE_VERSION, asdict(cut), [asdict(pin) for pin in pins], [list(map(list, one)) for one in inside],
        [[placed.runner.entry for placed in heat] for heat in heats],
    ])  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()[:16]
