"""What an organizer's changes to a meet or a race mean for the queues: every save of the desk comes through here.

Whoever saves a meet holds the queues of its races first, then the rows: the order in which submissions lock them.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from entries.entry import entry_actions, places
from entries.entry.models import Entry
from entries.meet import actions as meet_actions
from entries.meet.models import Meet, Race
from tenants import actions
from tenants.audit.actions import Values, record
from tenants.models import User
from tenants.retry import retry_when_locked

PLACES = frozenset({"places", "waiting_places"})
WINDOW = frozenset({"entries_close_at", "promote_until"})


def hold_queues(meet_id: int) -> None:
    """Let no submission into the meet until the transaction ends."""
    places.lock_races(Race.objects.filter(meet_id=meet_id).values_list("pk", flat=True))


@transaction.atomic
def change_meet(meet: Meet, *, fields: Iterable[str], before: Values, by: User, at: datetime) -> None:
    """Save these fields; when promotions may go on longer, those who wait and have a place are promoted.

    Another time zone moves every moment of the meet, so that the clock on the wall says what it said.
    """
    names = set(fields)
    if "time_zone" in names:
        hold_queues(meet.pk)
        moved = meet_actions.keep_wall_time(meet, typed=names)
        names, before = names | set(moved), {**before, **moved}
    elif names & WINDOW:
        hold_queues(meet.pk)
    if "starts_on" in names:
        meet_actions.follow_first_day(meet)
    actions.change_row(meet, fields=names, before=before, by=by)
    if names & WINDOW:
        settle_meet(meet=meet, at=at)


@transaction.atomic
def change_race(race: Race, *, fields: Iterable[str], before: Values, by: User, at: datetime) -> None:
    """Save these fields; places and the waiting list go the way that keeps every place that was given."""
    names = set(fields)
    if names & PLACES:
        places.lock_races([race.pk])  # before the row: a submission takes them in this order
    actions.change_row(race, fields=names - PLACES, before=_without_places(before), by=by)
    if names & PLACES:
        entry_actions.change_places(
            race=race,
            places_now=race.places,
            waiting_places=race.waiting_places,
            by=by,
            at=at,
        )


def _without_places(values: Values) -> Values:
    return {name: value for name, value in values.items() if name not in PLACES}


@transaction.atomic
def move_state(*, meet: Meet, to: str, by: User, at: datetime, why: str = "") -> Meet:
    """One step of the meet, and the queues brought to where they belong. Raises Refused."""
    hold_queues(meet.pk)
    moved = meet_actions.move_state(meet=meet, to=to, by=by, at=at, why=why)
    settle_meet(meet=moved, at=at)
    return moved


def note_export(meet: Meet, *, rows: int, by: User) -> None:
    """Personal data left the site: who took how much (requirement P5)."""
    record("meet.entries_exported", meet, by=by, after={"rows": rows})


@retry_when_locked
@transaction.atomic
def settle_meet(*, meet: Meet, at: datetime) -> list[Entry]:
    """Settle every race of a meet: after its window or the end of promotions moved."""
    races = list(Race.objects.filter(meet=meet).order_by("pk"))
    places.lock_races(race.pk for race in races)
    return [entry for race in races for entry in entry_actions.settle(race, meet=meet, at=at)]
