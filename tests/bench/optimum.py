"""The fewest team-mates that could be left together, beside those that the exchange leaves.

It is a flow at least cost: each runner goes to one heat within reach, each heat keeps its size, and a runner of a team beyond the
wanted number in a heat costs one. From the exchange's own heats runners go round in circles, over teams and heats, as long as a
circle makes the sum smaller; where there is none the sum is the smallest (Klein 1967). Only for looking: it weighs no times, so what
it finds may move far more runners.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from entries.heat.runners import Board, Cut, Runner, Seeding

Node = tuple[int, int]
"""A team in a heat; a heat itself is the team 0 of it."""


class Arc(NamedTuple):
    """A way for one runner more from one node to the next, what it costs, and who goes."""

    start: Node
    end: Node
    cost: int
    who: Runner | None = None


def fewest(seeding: Seeding, cut: Cut) -> int:
    """The smallest surplus of heats of these sizes in which nobody is farther from the plain cut than `cut` allows. For heats
    without pins and pacemakers."""
    if cut.most_of_a_team is None:
        return 0
    placed = [one for heat in seeding.heats for one in heat]
    heats = {number: [one.runner for one in heat] for number, heat in enumerate(seeding.heats, start=1)}
    board = Board(heats, {one.runner.entry: one.cut for one in placed})
    while circle := _circle(list(_arcs(board, cut, cut.most_of_a_team))):
        for arc in circle:
            if arc.who is not None:
                board.heats[arc.start[1]].remove(arc.who)
                board.heats[arc.end[1]].append(arc.who)
                board.heat_of[arc.who.entry] = arc.end[1]
    return sum(max(number - cut.most_of_a_team, 0) for number in _counts(board).values())


def _counts(board: Board) -> Counter[Node]:
    return Counter((one.team, heat) for heat, there in board.heats.items() for one in there)


def _arcs(board: Board, cut: Cut, most: int) -> Iterator[Arc]:
    counts, seen = _counts(board), set[tuple[Node, Node]]()
    for heat, there in board.heats.items():
        for one in there:
            for other in _reached(board, cut, one):
                way = ((one.team, heat), (one.team, other))
                if other != heat and way not in seen:
                    seen.add(way)
                    yield Arc(*way, 0, one)
    for team, heat in {node for way in seen for node in way} | set(counts):
        number = counts[team, heat]
        yield Arc((team, heat), (0, heat), int(number >= most))
        if number:
            yield Arc((0, heat), (team, heat), -int(number > most))


def _reached(board: Board, cut: Cut, one: Runner) -> Iterator[int]:
    home = board.cut_of[one.entry]
    for heat in range(home - cut.farthest_heats, home + cut.farthest_heats + 1):
        if heat in board.heats and board.shift(one, heat) <= cut.farthest:
            yield heat


def _circle(arcs: list[Arc]) -> list[Arc]:
    """A circle whose costs are below zero together, by the method of Bellman and Ford; none when there is none."""
    cost = dict.fromkeys((node for arc in arcs for node in arc[:2]), 0)
    into = dict[Node, Arc]()
    changed = True
    while changed:
        changed = False
        for arc in arcs:
            if cost[arc.start] + arc.cost < cost[arc.end]:
                cost[arc.end], into[arc.end], changed = cost[arc.start] + arc.cost, arc, True
        if found := _closed(into):
            return found
    return []


def _closed(into: dict[Node, Arc]) -> list[Arc]:
    """The circle in the ways by which nodes were reached last."""
    done = set[Node]()
    for first in into:
        path, node = dict[Node, Arc](), first
        while node in into and node not in done and node not in path:
            path[node] = into[node]
            node = into[node].start
        if node in path:
            circle, at = [path[node]], path[node].start
            while at != node:
                circle.append(path[at])
                at = path[at].start
            return circle
        done.update(path)
    return []
