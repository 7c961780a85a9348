"""Doing an erasure again: a backup that was taken before it holds what was erased (requirement D9).

Each kind of subject has one function, registered by the room that knows what hangs on it. It gets the number of the
subject's row and the moment of the replay, bears being called any number of times, also for a row that the backup does
not know, and returns how many rows it changed per kind of data. It writes no new line into the list of erasures.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

Eraser = Callable[[int, datetime], Mapping[str, int]]
_erasers: dict[str, Eraser] = {}


def register(kind: str, function: Eraser) -> None:
    """Name the function that erases subjects of this kind, for example `athlete`. Raises ValueError when it is taken."""
    if _erasers.setdefault(kind, function) is not function:
        raise ValueError(f"registered twice: {kind}")


def replay(subject: str, *, at: datetime) -> dict[str, int]:
    """Erase `subject`, for example `athlete:17`, once more; how many rows of what kind that changed.

    Raises KeyError for a kind that nobody registered, ValueError for a subject without a number: both mean that the
    list of erasures is from a newer release, or damaged, and that the restored site must not open.
    """
    kind, _sep, number = subject.partition(":")
    return {name: count for name, count in _erasers[kind](int(number), at).items() if count}
