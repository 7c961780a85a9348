"""Why a start is where it is, as data that is kept beside it: what seeding knew at that moment. Without Django."""

from collections.abc import Mapping
from typing import Any, TypedDict

from entries.heat.runners import Placed, Swap

VERSION = 1


class Exchange(TypedDict):
    """A swap that this runner was part of: with which entry, from which heat into which, how far beyond the times of the new
    heat (hundredths); how many team-mates were in the heat that somebody had to leave, 0 for a pin."""

    other: int
    from_heat: int
    to_heat: int
    shift: int
    mates: int
    is_own: bool
    """Whether the team-mates, or the pin, were this runner's; else the other's."""


class Reason(TypedDict, total=False):
    """Of one start. `rank` of `ranked` runners by `seed` (hundredths); the plain cut gave heat `cut`."""

    version: int
    rule: int
    rank: int | None
    ranked: int
    seed: int | None
    cut: int
    heats: int
    swaps: list[Exchange]
    pins: list[str]
    from_race: int
    late: bool
    """Whether they came after the heats were made, and an organizer chose the heat."""


def reason_of(placed: Placed, *, ranked: int, heats: int, rule: int) -> Reason:
    """What is kept beside the start, in a race of `ranked` runners and `heats` heats."""
    return {
        "version": VERSION, "rule": rule, "rank": placed.rank, "ranked": ranked, "seed": placed.runner.seed,
        "cut": placed.cut, "heats": heats, "swaps": [_exchange(placed.runner.entry, swap) for swap in placed.swaps],
        "pins": [pin.kind.value for pin in placed.pins],
    }  # fmt: skip


def late_reason(seed: int | None, rank: int | None, *, ranked: int, heat: int) -> Reason:
    """Of somebody who got a place after the heats were made; `rank` is behind all others, and None for a pacemaker."""
    return {
        "version": VERSION, "rank": rank, "ranked": ranked, "seed": seed, "cut": heat, "swaps": [], "pins": [], "late": True,
    }  # fmt: skip


def _exchange(entry: int, swap: Swap) -> Exchange:
    is_own = swap.entry == entry
    return {
        "other": swap.other if is_own else swap.entry,
        "from_heat": swap.from_heat if is_own else swap.to_heat,
        "to_heat": swap.to_heat if is_own else swap.from_heat,
        "shift": swap.shift if is_own else swap.other_shift,
        "mates": swap.mates,
        "is_own": is_own,
    }


def others_named(reason: Mapping[str, Any]) -> set[int]:
    """The entries that a kept reason speaks of."""
    return {swap["other"] for swap in reason.get("swaps", ())}
