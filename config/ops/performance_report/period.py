"""The period of a report, and the one of the same length before it."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

USUAL = timedelta(days=7)
EARLIEST = date(2020, 1, 1)
"""Nothing was measured before this product was there; half of the calendar cannot be counted back from."""
HOUR = timedelta(hours=1)


class Span(NamedTuple):
    """From `since` until `until`, which is not in it any more."""

    since: datetime
    until: datetime

    @property
    def before(self) -> "Span":
        """The same length, ended where this one begins."""
        return Span(self.since - (self.until - self.since), self.since)


def span_since(day: date | None, *, at: datetime) -> Span:
    """From the beginning of that day by the site's clock, or of the day a week ago, to the end of the hour of `at`:
    durations are counted by the hour. Raises ValueError for a day to come and for one before EARLIEST."""
    local = timezone.localtime(at)
    day = day or (local - USUAL).date()
    if day < EARLIEST:
        raise ValueError(f"it begins before {EARLIEST}")
    since = timezone.make_aware(datetime.combine(day, time.min), local.tzinfo)
    if since >= at:
        raise ValueError("it begins in the future")
    return Span(since, local.replace(minute=0, second=0, microsecond=0) + HOUR)
