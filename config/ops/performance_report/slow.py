"""What was slow: addresses and queries by their measured time, from the table that every process adds to (`Timing`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Sum

from config.ops.performance_report.period import Span
from tenants.upkeep.buckets import BOUNDS_MS, merged, percentile
from tenants.upkeep.models import Timing


class Timed(NamedTuple):
    """One address or query over a period. Milliseconds; a percentile is an upper bound, None when it lies above all."""

    name: str
    n: int
    failures: int
    total_ms: float
    worst_ms: float
    p50: int | None
    p95: int | None
    p99: int | None


class Compared(NamedTuple):
    """One row now, and in the period before, where it was there."""

    now: Timed
    before: Timed | None

    @property
    def is_slower(self) -> bool:
        """Whether its 95th percentile is at least two steps of the scale above the one before, on enough requests."""
        if self.before is None or min(self.now.n, self.before.n) < ENOUGH:
            return False
        return step(self.now.p95) - step(self.before.p95) >= STEPS


ENOUGH = 50
STEPS = 2


def step(bound: int | None) -> int:
    """The place of a percentile on the scale of bounds; unknown is above all."""
    return len(BOUNDS_MS) if bound is None else BOUNDS_MS.index(bound)


def timed(kind: str, span: Span) -> dict[str, Timed]:
    """All rows of a kind in a period, by name. One query reads the distributions, one sums: what comes between them has none yet."""
    rows = Timing.objects.filter(kind=kind, hour__gte=span.since, hour__lt=span.until)
    sums = rows.values("name").annotate(n=Sum("count"), bad=Sum("failures"), ms=Sum("total_ms"), worst=Max("worst_ms"))
    buckets: dict[str, list[int]] = {}
    for name, some in rows.values_list("name", "buckets").iterator(chunk_size=2_000):
        buckets[name] = merged(buckets.get(name, []), some)
    return {
        row["name"]: Timed(
            row["name"],
            row["n"],
            row["bad"],
            row["ms"],
            row["worst"],
            *(percentile(buckets.get(row["name"], []), q) for q in (0.5, 0.95, 0.99)),
        )
        for row in sums.order_by()
    }


def compared(kind: str, span: Span) -> list[Compared]:
    """Every row of the period, those on which most time was spent first."""
    now, before = timed(kind, span), timed(kind, span.before)
    ordered = sorted(now.values(), key=lambda row: (-row.total_ms, row.name))
    return [Compared(row, before.get(row.name)) for row in ordered]


def hours(span: Span) -> list[tuple[datetime, int, int, float]]:
    """(hour, answers, of them 5xx, average milliseconds) of the busiest hours."""
    rows = Timing.objects.filter(kind="address", hour__gte=span.since, hour__lt=span.until).values("hour")
    busiest = rows.annotate(n=Sum("count"), bad=Sum("failures"), ms=Sum("total_ms")).order_by("-n", "hour")[:5]
    return [(row["hour"], row["n"], row["bad"], row["ms"] / row["n"] if row["n"] else 0.0) for row in busiest]


def whole(rows: Sequence[Compared]) -> tuple[int, int, float]:
    """Answers, of them 5xx, and the milliseconds of all."""
    return sum(r.now.n for r in rows), sum(r.now.failures for r in rows), sum(r.now.total_ms for r in rows)
