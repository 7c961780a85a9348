"""Work that the clock asks for: registered by the room whose work it is, in its `periodic.py`, and done by the worker.

What a later room registered is done first, so that an earlier room clears what has served its time after everybody else
has had a last look at it. Several workers may do the same at once: such work bears being done twice.
"""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

log = logging.getLogger(__name__)


class Function(Protocol):
    """Does what is due at this instant; returns how much that was."""

    def __call__(self, *, at: datetime) -> int: ...


class Periodic(NamedTuple):
    """One piece of work, how often it is looked for, and how the log counts what was done: `%d rows cleared`."""

    function: Function
    every: timedelta
    said: str


_known: dict[str, Periodic] = {}


def register(name: str, function: Function, *, every: timedelta, said: str) -> None:
    """Have the worker call this function so often. Raises ValueError when the name is taken."""
    if name in _known:
        raise ValueError(f"registered twice: {name}")
    _known[name] = Periodic(function, every, said)


class Rounds:
    """One worker's rounds: when it looks after each piece of work again."""

    def __init__(self) -> None:
        self.next_at: dict[str, datetime] = {}

    def make(self, *, at: datetime) -> None:
        """Do what is due. What raises is due again at once, and what comes after it waits until it succeeds."""
        done = []
        for name, work in reversed(_known.items()):
            if name not in self.next_at or at >= self.next_at[name]:
                done.append((work.said, work.function(at=at)))
                self.next_at[name] = at + work.every
        if any(count for _said, count in done):
            log.info("housekeeping: %s", ", ".join(said % count for said, count in done))
