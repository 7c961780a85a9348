"""What was measured: how long each kind of request took, and what was answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from time import monotonic
from typing import NamedTuple

KINDS = ("sign-in", "sheet", "post", "receipt")
NO_ANSWER = 0


class Measured(NamedTuple):
    """One request: when it was sent and answered (seconds of one clock), and the status; 0 without an answer."""

    started: float
    ended: float
    status: int

    @property
    def ms(self) -> float:
        """How long the answer took, in milliseconds."""
        return (self.ended - self.started) * 1_000


@dataclass
class Journal:
    """All requests of a run, by kind. Threads write to it."""

    rows: dict[str, list[Measured]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, started: float, status: int) -> Measured:
        """Keep one request that was answered just now."""
        row = Measured(started, monotonic(), status)
        with self.lock:
            self.rows[kind].append(row)
        return row


class Summary(NamedTuple):
    """The figures of one kind. Milliseconds; `per_second` over the time in which this kind was asked for."""

    kind: str
    n: int
    p50: float
    p95: float
    p99: float
    worst: float
    per_second: float
    statuses: str


def share(values: Sequence[float], q: float) -> float:
    """The value below which the share `q` of all lies, by the nearest rank; 0 for none. `values` are sorted."""
    return values[min(int(len(values) * q), len(values) - 1)] if values else 0.0


def summary(kind: str, rows: Sequence[Measured]) -> Summary:
    """Percentiles in ms and answers by status of these requests."""
    times = sorted(row.ms for row in rows)
    count = Counter(row.status for row in rows)
    statuses = " ".join(f"{status or 'no answer'}={n}" for status, n in sorted(count.items()))
    seconds = busy_seconds(rows)
    return Summary(
        kind, len(rows), share(times, 0.5), share(times, 0.95), share(times, 0.99), times[-1] if times else 0.0,
        len(rows) / seconds if seconds else 0.0, statuses,
    )  # fmt: skip


def busy_seconds(rows: Sequence[Measured]) -> float:
    """The time in which at least one of these requests was under way: pauses between rounds do not count."""
    spans = sorted((row.started, row.ended) for row in rows)
    if not spans:
        return 0.0
    reached = [spans[0][1]]
    for _start, end in spans[1:]:
        reached.append(max(reached[-1], end))
    gaps = sum(max(after[0] - until, 0.0) for until, (_before, after) in zip(reached, pairwise(spans), strict=False))
    return max(reached[-1] - spans[0][0] - gaps, 0.0)


def table(summaries: Sequence[Summary]) -> list[str]:
    line = "{:<8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9}  {}"
    lines = [line.format("", "n", "p50 ms", "p95 ms", "p99 ms", "max ms", "per s", "answers")]
    for row in summaries:
        times = [f"{value:,.0f}" for value in (row.p50, row.p95, row.p99, row.worst)]
        lines.append(line.format(row.kind, row.n, *times, f"{row.per_second:,.1f}", row.statuses))
    return lines
