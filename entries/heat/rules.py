"""What has to be true before heats are made or changed."""

from datetime import datetime

from entries.meet.models import Meet, State
from tenants.refusal import Refused

MADE_IN = (State.PUBLISHED, State.ENTRIES_CLOSED)
"""States of a meet in which its heats may be made anew: before lists are out, after its closing."""


def check_may_seed(meet: Meet, *, at: datetime) -> None:
    """Raises Refused("seeding_before_closing") while entries can still come, Refused("seeding_not_now") for a draft and once
    start lists are out."""
    if meet.state not in MADE_IN:
        raise Refused("seeding_not_now")
    if meet.state == State.PUBLISHED and at < meet.entries_close_at:
        raise Refused("seeding_before_closing")


def may_seed(meet: Meet, *, at: datetime) -> bool:
    """As `check_may_seed`, as a yes or no."""
    try:
        check_may_seed(meet, at=at)
    except Refused:
        return False
    return True
