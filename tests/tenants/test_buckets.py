"""Percentiles from counted durations (`tenants.upkeep.buckets`)."""

import pytest

from tenants.upkeep.buckets import BOUNDS_MS, SIZE, bucket_of, empty, merged, percentile


@pytest.mark.parametrize(("ms", "bucket"), [(0, 0), (5, 0), (5.01, 1), (10, 1), (10000, SIZE - 2), (10001, SIZE - 1)])
def test_a_bound_belongs_to_the_bucket_below_it(ms: float, bucket: int) -> None:
    assert bucket_of(ms) == bucket


def test_nothing_counted_has_no_percentile() -> None:
    assert percentile(empty(), 0.5) is None
    assert percentile([], 0.5) is None


def test_the_percentile_is_the_upper_bound_of_its_bucket() -> None:
    buckets = empty()
    buckets[0], buckets[4], buckets[7] = 90, 9, 1
    assert [percentile(buckets, q) for q in (0.5, 0.9, 0.91, 0.99, 1.0)] == [5, 5, 100, 100, 1000]


def test_above_the_last_bound_is_said_as_unknown() -> None:
    buckets = empty()
    buckets[-1] = 1
    assert percentile(buckets, 0.99) is None


def test_distributions_of_different_length_add_up() -> None:
    assert merged([], [1, 2]) == [1, 2]
    assert merged([1], [1, 2]) == [2, 2]
    assert len(merged(empty(), [])) == SIZE == len(BOUNDS_MS) + 1
