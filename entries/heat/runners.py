"""What seeding knows of a race: its runners, how it is to be cut, and what somebody has fixed. Without Django.

Times are whole hundredths of a second. A runner is named by the number of the entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Runner:
    """One entry. `seed` is the time that counts, none for NT; `best` and `entered` part those of equal time."""

    entry: int
    team: int
    seed: int | None
    best: int | None = None
    entered: int = 0
    """When the entry came; any number that grows with time."""
    is_pacemaker: bool = False

    def __lt__(self, other: "Runner") -> bool:
        """Fastest first; NT behind all; then the better personal best, the earlier submission, the entry."""
        return self._key < other._key

    @property
    def _key(self) -> tuple[bool, int, bool, int, int, int]:
        return (self.seed is None, self.seed or 0, self.best is None, self.best or 0, self.entered, self.entry)


@dataclass(frozen=True, slots=True)
class Cut:
    """How a race is cut into heats.

    `heats` sets their number, else there are as few as `per_heat` allows. The last `fast_heats` (the first, with the
    fastest first) have at most `fast_size` runners each. A team has at most `most_of_a_team` in a heat where that can be
    had by moving nobody farther than `farthest_heats` heats and `farthest` hundredths beyond the times of the heat.
    """

    per_heat: int
    heats: int | None = None
    fastest_first: bool = False
    fast_heats: int = 0
    fast_size: int | None = None
    most_of_a_team: int | None = 2
    farthest_heats: int = 1
    farthest: int = 1_000


class PinKind(StrEnum):
    """What somebody may fix."""

    INTO = "into"
    NOT_INTO = "not_into"
    TOGETHER = "together"
    APART = "apart"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A wish that survives every seeding: `entry` into or not into `heat`, together with or apart from `other`, or all
    runners of a frozen `heat`, which are `stay`."""

    kind: PinKind
    entry: int = 0
    heat: int = 0
    other: int = 0
    stay: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Swap:
    """`entry` changed places with `other`, from one heat into another, since `mates` of its team were in the first, or for
    a pin. `shift` and `other_shift` are how far their times lie beyond those of their new heats, in hundredths."""

    entry: int
    other: int
    from_heat: int
    to_heat: int
    shift: int
    other_shift: int
    mates: int = 0
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a runner stands and why. `rank` counts from the fastest; none for a pacemaker. `cut` is the heat of the plain
    cut."""

    runner: Runner
    heat: int
    rank: int | None
    cut: int
    swaps: tuple[Swap, ...] = ()
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class Together:
    """Runners of one team in one heat, more than wanted, who could not be parted."""

    team: int
    heat: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seeding:
    """The heats of a race, each in the order of its hip numbers, and what there is to say about them."""

    heats: tuple[tuple[Placed, ...], ...]
    together: tuple[Together, ...] = ()
    broken: tuple[Pin, ...] = ()
    """Pins that could not be kept: nothing is to be written before somebody has decided about them."""
    surplus: int = 0
    """Runners of a team beyond the wanted number, over all heats."""
    hash: str = ""
    """The same for the same runners, cut and pins, and for the same result."""

    @property
    def sizes(self) -> list[int]:
        return [len(heat) for heat in self.heats]

    @property
    def ranked(self) -> int:
        """How many have a rank."""
        return sum(placed.rank is not None for heat in self.heats for placed in heat)

    @property
    def moved(self) -> int:
        """Runners who are in another heat than the plain cut has them in."""
        return sum(placed.heat != placed.cut for heat in self.heats for placed in heat if placed.rank is not None)

    def places(self) -> dict[int, Placed]:
        """Where each entry is."""
        return {placed.runner.entry: placed for heat in self.heats for placed in heat}


NOT_THERE = 10**9
"""Farther than anybody may be moved."""


class Board:
    """Runners in heats while they are being placed. Heats count from 1; `held` may not be moved any more."""

    def __init__(self, heats: Mapping[int, Sequence[Runner]], cut_of: Mapping[int, int]) -> None:
        self.heats = {heat: list(there) for heat, there in heats.items()}
        self.heat_of = {one.entry: heat for heat, there in heats.items() for one in there}
        self.cut_of = dict(cut_of)
        self.held: set[int] = set()
        self.not_into: dict[int, set[int]] = {}
        self.apart: dict[int, set[int]] = {}
        self.swaps: list[Swap] = []
        self._runners = {one.entry: one for there in heats.values() for one in there}
        self._times = _times(self._runners, self.cut_of)

    def runner(self, entry: int) -> Runner:
        return self._runners[entry]

    def shift(self, one: Runner, heat: int) -> int:
        """How far the runner's time lies beyond those that the plain cut has in this heat, in hundredths. Who has no time
        belongs where the plain cut has such runners."""
        times = self._times.get(heat)
        if one.seed is None or times is None:
            at_home = heat == self.cut_of[one.entry] or (one.seed is None and times is not None and times[2])
            return 0 if at_home else NOT_THERE
        return max(times[0] - one.seed, one.seed - times[1], 0)

    def may_stand(self, runner: Runner, heat: int, *, instead_of: int) -> bool:
        """Whether no pin keeps the runner out of this heat, when `instead_of` has left it."""
        if heat in self.not_into.get(runner.entry, ()):
            return False
        return all(self.heat_of.get(other) != heat or other == instead_of for other in self.apart.get(runner.entry, ()))

    def swap(self, one: Runner, other: Runner) -> None:
        """Both change places."""
        here, there = self.heat_of[one.entry], self.heat_of[other.entry]
        self.heats[here][self.heats[here].index(one)] = other
        self.heats[there][self.heats[there].index(other)] = one
        self.heat_of[one.entry], self.heat_of[other.entry] = there, here


def _times(runners: Mapping[int, Runner], cut_of: Mapping[int, int]) -> dict[int, tuple[int, int, bool]]:
    """Of each heat of the plain cut: its fastest and slowest time, and whether somebody without a time is in it."""
    times: dict[int, list[int]] = {}
    without = set()
    for entry, heat in cut_of.items():
        seed = runners[entry].seed
        if seed is None:
            without.add(heat)
        else:
            times.setdefault(heat, []).append(seed)
    return {heat: (min(there), max(there), heat in without) for heat, there in times.items()}
