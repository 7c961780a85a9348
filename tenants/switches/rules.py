"""May this function be used now, and how long to wait when not."""

from datetime import datetime

from tenants.refusal import Refused
from tenants.switches import queries
from tenants.switches.models import Function, Switch
from tenants.switches.wording import refusal_of

RETRY_SECONDS = 300
"""Said to programs while nobody knows when it will be over."""
LEAST_SECONDS, MOST_SECONDS = 30, 24 * 3600
LONGEST_MESSAGE = 300


def check_not_stopped(function: Function) -> None:
    """Raises Refused("stopped") with the message while the function is stopped."""
    switch = queries.stopped(function)
    if switch is not None:
        raise refusal_of(switch)


def retry_after(switch: Switch, *, at: datetime) -> int:
    """Seconds for Retry-After: until it is expected back, from half a minute to a day; 300 when nobody said."""
    if switch.back_at is None or switch.back_at <= at:
        return RETRY_SECONDS
    return min(max(int((switch.back_at - at).total_seconds()), LEAST_SECONDS), MOST_SECONDS)


def check_message(message: str) -> None:
    """What is shown to everyone fits its column and a page. Raises Refused."""
    if len(message) > LONGEST_MESSAGE:
        raise Refused("message_too_long", limit=LONGEST_MESSAGE)


def check_back_at(back_at: datetime | None, *, at: datetime) -> None:
    """Somebody who waits is told a time that is still to come. Raises Refused."""
    if back_at is not None and back_at <= at:
        raise Refused("back_at_past")
