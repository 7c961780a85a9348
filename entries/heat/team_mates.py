"""Parting team-mates: runners of a team that has too many in a heat change places with others of about their time.

A pairwise exchange in a fixed order. What is made small is, in hundredths of a second: 50 s for each runner of a team beyond
the wanted number in a heat, how far times lie beyond those of their heat, and half a second for each heat that somebody
moved. Only swaps that make it smaller are made, so it ends, and each swap is its own explanation. Without Django.
"""

from collections import Counter
from collections.abc import Iterator

from entries.heat.runners import Board, Cut, Runner, Swap

SURPLUS, HEAT = 5_000, 50
Counts = Counter[tuple[int, int]]


def part_team_mates(board: Board, cut: Cut) -> None:
    """Swap until no swap makes it better."""
    counts: Counts = Counter((heat, one.team) for heat, there in board.heats.items() for one in there)
    changed = True
    while changed:
        changed = False
        for heat, team in sorted(counts):
            while cut.most_of_a_team is not None and counts[heat, team] > cut.most_of_a_team:
                best = min(_better(board, cut, counts, heat, team), default=None)
                if best is None:
                    break
                _, _, one, other = best
                _make(board, counts, one, other)
                changed = True


def _make(board: Board, counts: Counts, one: Runner, other: Runner) -> None:
    here, there = board.heat_of[one.entry], board.heat_of[other.entry]
    mates = counts[here, one.team]
    board.swap(one, other)
    board.swaps.append(
        Swap(one.entry, other.entry, here, there, board.shift(one, there), board.shift(other, here), mates)
    )
    counts.update({(here, other.team): 1, (there, one.team): 1, (here, one.team): -1, (there, other.team): -1})


def _better(board: Board, cut: Cut, counts: Counts, heat: int, team: int) -> Iterator[tuple[int, int, Runner, Runner]]:
    """Each swap that makes it better: by how much, the other heat, and the two runners."""
    for one in board.heats[heat]:
        if one.team != team or one.entry in board.held:
            continue
        cut_heat = board.cut_of[one.entry]
        for there in range(cut_heat - cut.farthest_heats, cut_heat + cut.farthest_heats + 1):
            if there == heat or there not in board.heats or not _reaches(board, cut, one, there):
                continue
            for other in board.heats[there]:
                change = _change(board, cut, counts, one, other)
                if change < 0 and _may_swap(board, cut, one, other):
                    yield change, there, one, other


def _reaches(board: Board, cut: Cut, one: Runner, heat: int) -> bool:
    near = abs(heat - board.cut_of[one.entry]) <= cut.farthest_heats
    return near and board.shift(one, heat) <= cut.farthest


def _may_swap(board: Board, cut: Cut, one: Runner, other: Runner) -> bool:
    here, there = board.heat_of[one.entry], board.heat_of[other.entry]
    return (
        other.entry not in board.held
        and _reaches(board, cut, other, here)
        and board.may_stand(one, there, instead_of=other.entry)
        and board.may_stand(other, here, instead_of=one.entry)
    )


def _change(board: Board, cut: Cut, counts: Counts, one: Runner, other: Runner) -> int:
    """What the swap adds to the sum; 0 for two of one team."""
    if one.team == other.team:
        return 0
    here, there, most = board.heat_of[one.entry], board.heat_of[other.entry], cut.most_of_a_team or 0
    surplus = (counts[there, one.team] >= most) - (counts[here, one.team] > most)
    surplus += (counts[here, other.team] >= most) - (counts[there, other.team] > most)
    moved = sum(
        _cost(board, runner, to) - _cost(board, runner, at)
        for runner, at, to in ((one, here, there), (other, there, here))
    )
    return SURPLUS * surplus + moved


def _cost(board: Board, one: Runner, heat: int) -> int:
    return board.shift(one, heat) + HEAT * abs(heat - board.cut_of[one.entry])
