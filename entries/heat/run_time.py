"""How long a heat takes, and when each heat goes off. Without Django.

Times of runners are whole hundredths of a second. A heat holds its track from its start until its slowest runner is in and the
gap before the next heat is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

GAP = 2
"""Minutes between the last runner of a heat and the next start, where a race says nothing else."""
Key = tuple[int, int]
"""Race and number of a heat."""


@dataclass(frozen=True, slots=True)
class Run:
    """A heat that wants a start time: `runs_for` is what its slowest runner needs, `gap` what follows it. It goes off at `fixed`, else
    not before `earliest`."""

    race: int
    number: int
    track: int
    runs_for: timedelta
    gap: timedelta
    earliest: datetime
    fixed: datetime | None = None

    @property
    def key(self) -> Key:
        return self.race, self.number


@dataclass(frozen=True, slots=True)
class Planned:
    """A heat with its start."""

    run: Run
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When its slowest runner is in."""
        return self.starts_at + self.run.runs_for

    @property
    def free_at(self) -> datetime:
        """When the next heat may go off."""
        return self.ends_at + self.run.gap


def run_time(slowest: int | None, *, without_time: bool, usual: timedelta) -> timedelta:
    """What a heat needs whose slowest declared time is `slowest`, rounded up to seconds; who declared none is taken to need the
    `usual` time of the distance."""
    declared = timedelta(seconds=-(-(slowest or 0) // 100))
    return max(declared, usual) if without_time or slowest is None else declared


def fill(runs: Sequence[Run], *, step: int) -> list[Planned]:
    """Give each heat a start, in this order: as early as its track is free, rounded up to `step` minutes. What is fixed stays
    where it is, also when it is too early; the next one waits for all before it."""
    free: dict[int, datetime] = {}
    planned = []
    for run in runs:
        after = free.get(run.track, run.earliest)
        one = Planned(run, run.fixed or rounded_up(max(after, run.earliest), step))
        free[run.track] = max(after, one.free_at)
        planned.append(one)
    return planned


def rounded_up(moment: datetime, minutes: int) -> datetime:
    """The next moment whose minute is a multiple of `minutes`, 1 or 5. In UTC: days of a zone may be longer or shorter, and all
    zones are whole quarters of an hour away."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + -(-(moment - midnight) // step) * step


def overlaps(planned: Iterable[Planned]) -> list[tuple[Planned, Planned]]:
    """Pairs of heats on one track of which the second goes off while the first still runs, by time."""
    found = []
    in_time = sorted(planned, key=lambda one: (one.run.track, one.starts_at, one.run.key))
    for _track, heats in groupby(in_time, key=lambda one: one.run.track):
        before: Planned | None = None
        for one in heats:
            if before is not None and one.starts_at < before.ends_at:
                found.append((before, one))
            if before is None or one.ends_at > before.ends_at:
                before = one
    return sorted(found, key=lambda pair: (pair[1].starts_at, pair[1].run.key))
