"""What has to be true before heats are made or changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from entries.entry.beside import beside_entries
from entries.entry.models import Entry
from entries.heat.start_list import start_list_of
from entries.heat.wording import where_and_when
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


@beside_entries
def starts_beside(meet: Meet, entries: Sequence[Entry]) -> Mapping[int, str]:
    """Heat, hip number and time of each entry, once everybody may see them; three queries, and none before."""
    if not meet.has_start_lists or not entries:
        return {}
    starts = start_list_of(meet, only=Q(entry__in=[entry.pk for entry in entries]))
    return {one.entry: where_and_when(meet, one.heat, one.hip_number, one.starts_at) for one in starts}
