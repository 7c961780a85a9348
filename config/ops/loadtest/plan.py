"""How large a rush is: which races, who wants how much of them. Plain values."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

RACES = 4
WANTED_PER_PLACE = 2
"""Entries for each place of a race that the rush makes up: half of them have to wait."""
RUSH_OF_A_MEET = 1.5
"""Entries for each place when a meet is the model, unless the number of teams is given."""
ROWS = 20
TEAMS = 100
MOST_TEAMS, MOST_ROWS, MOST_CLIENTS = 2_000, 200, 500
HUNDREDTHS_PER_METRE = 20
"""A plausible time, 3:20 a kilometre: the rules refuse others."""


class RacePlan(NamedTuple):
    """One race of the made-up meet; `places` None has no limit."""

    name: str
    distance_m: int
    places: int | None


class Plan(NamedTuple):
    """`teams` coaches send one sheet of `rows` athletes each, `clients` at a time."""

    races: tuple[RacePlan, ...]
    teams: int
    rows: int
    clients: int
    rounds: int = 1

    @property
    def entries(self) -> int:
        """How many entries one round sends."""
        return self.teams * self.rows


def made_up(*, teams: int, rows: int, clients: int, rounds: int) -> Plan:
    """Four races that together have half as many places as entries will be sent."""
    places = max(teams * rows // (RACES * WANTED_PER_PLACE), 1)
    races = tuple(RacePlan(f"負荷テスト5000m {n}", 5_000, places) for n in range(1, RACES + 1))
    return Plan(races, teams, rows, clients, rounds)


def like_a_meet(races: Sequence[RacePlan], *, teams: int | None, rows: int, clients: int, rounds: int) -> Plan:
    """The races and places of a real meet; teams enough for half as many entries again as it has places."""
    places = sum(race.places or 0 for race in races)
    enough = max(-(-int(places * RUSH_OF_A_MEET) // rows), 1)
    return Plan(tuple(races), teams or min(enough, MOST_TEAMS), rows, clients, rounds)


def wishes(races: Sequence[RacePlan], entries: int) -> list[int]:
    """Which race each entry is for, by index: in proportion to the places, and spread evenly over all of them.

    A race without a limit counts as an average one.
    """
    known = [race.places for race in races if race.places]
    usual = max(sum(known) // len(known), 1) if known else 1
    weights = [race.places if race.places is not None else usual for race in races]
    if not sum(weights):
        weights = [1] * len(races)
    ends = list(accumulate(weights))
    step = 0.618033988749895  # the golden ratio spreads any number of points evenly
    return [
        next(n for n, end in enumerate(ends) if point < end)
        for point in ((k * step) % 1 * ends[-1] for k in range(entries))
    ]
