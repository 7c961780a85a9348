"""Heats, hip numbers and bibs that somebody wrote by hand, many at once: which of them can be, and why the others cannot.

A wish is taken whole or refused. One that is refused leaves its runner where they are, and so may refuse another that wanted
the same number. Without a database.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tenants.refusal import Refused

HIGHEST_HIP, HIGHEST_BIB = 999, 99_999


class Wish(NamedTuple):
    """Where a runner shall stand; None stays as it is."""

    entry: int
    heat: int | None = None
    hip: int | None = None
    bib: int | None = None


class Stands(NamedTuple):
    """Where a runner stands."""

    entry: int
    athlete: int
    race: int
    heat: int
    hip: int | None
    bib: int | None


@dataclass(slots=True)
class Scene:
    """The starts of a meet as they are. `is_out` once lists went out; `may_wear` says whether a range holds the number for the
    athlete; `proposed` are numbers that a team proposed, and `absent` those of athletes who start in no heat, each with the athlete and
    their name."""

    stands: Mapping[int, Stands]
    is_out: bool
    may_wear: Callable[[int, int], bool]
    proposed: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    absent: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    last_heat: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.last_heat = {}
        for one in self.stands.values():
            self.last_heat[one.race] = max(one.heat, self.last_heat.get(one.race, 0))


BIB, HIP = "bib", "hip"
Key = tuple[object, ...]
"""A number that only one can have: a bib of the meet, or a hip number of a heat."""


def refused(scene: Scene, wishes: Iterable[Wish]) -> dict[int, Refused]:
    """Why which of the wishes cannot be, by entry; all others can be together. Each is of a runner in the scene, one a runner."""
    by_entry = {wish.entry: wish for wish in wishes}
    contest = _Contest(scene, by_entry)
    for wish in by_entry.values():
        if why := _alone(scene, wish) or contest.other_bib(wish):
            contest.found[wish.entry] = why
    contest.settle()
    return contest.found


def _alone(scene: Scene, wish: Wish) -> Refused | None:
    """Why it cannot be whatever the others wish."""
    one = scene.stands[wish.entry]
    last = scene.last_heat[one.race]
    if wish.heat is not None and not 1 <= wish.heat <= last:
        return Refused("heat_unknown", last=last)
    if wish.hip is not None and scene.is_out:
        return Refused("hip_went_out")
    if wish.hip is not None and not 1 <= wish.hip <= HIGHEST_HIP:
        return Refused("hip_unknown", last=HIGHEST_HIP)
    if wish.bib is None or wish.bib == one.bib:
        return None
    if one.bib is not None and scene.is_out:
        return Refused("bib_went_out", number=one.bib)
    if not 1 <= wish.bib <= HIGHEST_BIB or not scene.may_wear(one.athlete, wish.bib):
        return Refused("bib_out_of_range", number=wish.bib)
    for code, others in (("bib_proposed", scene.proposed), ("bib_worn", scene.absent)):
        athlete, who = others.get(wish.bib, (one.athlete, ""))
        if athlete != one.athlete:
            return Refused(code, number=wish.bib, who=who)
    return None


class _Contest:
    """Who wants which number, who has it, and who is refused so far."""

    def __init__(self, scene: Scene, wishes: Mapping[int, Wish]) -> None:
        self.scene, self.wishes = scene, wishes
        self.found: dict[int, Refused] = {}
        self.wanted, self.held = dict[Key, list[int]](), dict[Key, list[int]]()
        self.renumbered = dict[int, list[Wish]]()
        for one in scene.stands.values():
            for key in _held(one):
                self.held.setdefault(key, []).append(one.entry)
        for wish in wishes.values():
            for key in _wanted(scene.stands[wish.entry], wish):
                self.wanted.setdefault(key, []).append(wish.entry)
            if wish.bib is not None:
                self.renumbered.setdefault(self._wearer(wish.entry), []).append(wish)

    def other_bib(self, wish: Wish) -> Refused | None:
        """An athlete wears one number in all races: wishes for two are none."""
        if wish.bib is None or len({other.bib for other in self.renumbered[self._wearer(wish.entry)]}) == 1:
            return None
        return Refused("bib_two_numbers")

    def settle(self) -> None:
        """Refuse whoever wants what another has or wants. Who is refused stays, and keeps numbers that others may have wanted."""
        waiting = list(self.wanted)
        while waiting:
            key = waiting.pop()
            mine = [entry for entry in self.wanted.get(key, ()) if entry not in self.found]
            rivals = self._wearers(key, mine) if key[0] == BIB else self._standing(key, mine)
            for entry in mine if len(rivals) > 1 else ():
                self.found[entry] = Refused("bib_taken" if key[0] == BIB else "hip_taken", number=key[-1])
                waiting += _held(self.scene.stands[entry])

    def _wearer(self, entry: int) -> int:
        return self.scene.stands[entry].athlete

    def _wearers(self, key: Key, mine: Iterable[int]) -> set[int]:
        """The athletes who would wear the bib."""
        wearers = {self._wearer(entry) for entry in self.held.get(key, ())}
        leave = {
            athlete
            for athlete in wearers
            if any(wish.entry not in self.found and wish.bib != key[-1] for wish in self.renumbered.get(athlete, ()))
        }
        return wearers - leave | {self._wearer(entry) for entry in mine}

    def _standing(self, key: Key, mine: Iterable[int]) -> set[int]:
        """The runners who would have the hip number of the heat."""
        stay = {entry for entry in self.held.get(key, ()) if entry in self.found or not self._leaves(entry)}
        return stay | set(mine)

    def _leaves(self, entry: int) -> bool:
        """Whether the runner goes to another heat, or takes another number in it."""
        wish, now = self.wishes.get(entry), self.scene.stands[entry]
        return wish is not None and (wish.heat not in (None, now.heat) or wish.hip is not None)


def _wanted(one: Stands, wish: Wish) -> Iterable[Key]:
    if wish.hip is not None:
        yield HIP, one.race, one.heat if wish.heat is None else wish.heat, wish.hip
    if wish.bib is not None:
        yield BIB, wish.bib


def _held(one: Stands) -> Iterable[Key]:
    yield HIP, one.race, one.heat, one.hip
    yield BIB, one.bib
