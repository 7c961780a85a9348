"""The distribution of durations that `Timing.buckets` holds: how many took at most how long."""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
"""Upper bounds in milliseconds, inclusive. One more bucket at the end counts what took longer than the last."""

SIZE = len(BOUNDS_MS) + 1


def empty() -> list[int]:
    """Buckets that nothing was counted in yet."""
    return [0] * SIZE


def bucket_of(ms: float) -> int:
    """The number of the bucket that a duration of `ms` milliseconds belongs to."""
    return bisect_left(BOUNDS_MS, ms)


def merged(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The sum of two distributions. A shorter one (an empty row, older bounds) counts as filled up with zeros."""
    return [
        (one[n] if n < len(one) else 0) + (other[n] if n < len(other) else 0) for n in range(max(len(one), len(other)))
    ]


def percentile(buckets: Sequence[int], q: float) -> int | None:
    """The bound in milliseconds below which the share `q` (0 to 1) of all durations lies; None when it is unknown.

    Unknown means: nothing was counted, or it lies above the last bound. It is an upper limit, never an interpolation:
    what is printed is never better than what was measured.
    """
    total = sum(buckets)
    if not total:
        return None
    reached = 0
    for bound, count in zip(BOUNDS_MS, buckets, strict=False):
        reached += count
        if reached >= q * total:
            return bound
    return None
