"""The span that a weekly look is about."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from config.ops.runs import looked_at

SPAN = timedelta(days=7)
SAME_RUN = timedelta(days=3)
"""A look within so short a time is not last week's: growth is compared with an older one."""


class Week(NamedTuple):
    """From `since` to `at`; `earlier` are the figures of the last look that is old enough, by key."""

    at: datetime
    since: datetime
    earlier: dict[str, Any]
    earlier_at: datetime | None


def week_until(at: datetime) -> Week:
    """The seven days before `at`."""
    run = looked_at("weekly_check", until=at - SAME_RUN)
    return Week(at, at - SPAN, run.facts if run else {}, run.started_at if run else None)
