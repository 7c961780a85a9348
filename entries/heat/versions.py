"""What became different between two versions of a start list. Without Django."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

ADDED, GONE, MOVED, RENUMBERED, BIB, TIME = KINDS = ("added", "gone", "moved", "renumbered", "bib", "time")
Row = Sequence[int | str | None]


class Said(NamedTuple):
    """What a list says of an entry that starts."""

    entry: int
    race: int
    heat: int
    hip_number: int | None
    bib: int | None
    starts_at: str | None
    """To the minute, in the database's zone."""


def compare(before: Iterable[Row], after: Iterable[Row]) -> dict[str, list[int]]:
    """The entries of each kind of difference, by `KINDS`; each entry stands under one of them. Kinds without any are left out.

    Who withdrew is gone; who is in another heat has moved, whatever else became different.
    """
    was = {row[0]: Said(*row) for row in before}  # type: ignore[arg-type]
    now = {row[0]: Said(*row) for row in after}  # type: ignore[arg-type]
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for entry in sorted({*was, *now}):  # type: ignore[type-var]
        kind = _kind(was.get(entry), now.get(entry))
        if kind:
            found[kind].append(entry)  # type: ignore[arg-type]
    return {kind: entries for kind, entries in found.items() if entries}


def _kind(was: Said | None, now: Said | None) -> str:
    if was is None or now is None:
        return ADDED if was is None else GONE
    if (was.race, was.heat) != (now.race, now.heat):
        return MOVED
    if was.hip_number != now.hip_number:
        return RENUMBERED
    if was.bib != now.bib:
        return BIB
    return TIME if was.starts_at != now.starts_at else ""
