"""Questions that this room's rules and pages ask."""

from collections.abc import Sequence
from datetime import date

from django.db.models import OuterRef, QuerySet

from entries.entry.models import Entry
from entries.meet.models import State
from entries.roster.models import Athlete
from tenants.scope import across_tenants

OVER = (State.RESULTS_OUT, State.ARCHIVED)


def pending_entries(athletes: Sequence[Athlete] | Sequence[int], *, today: date) -> QuerySet[Entry]:
    """Live entries in meets that are still to come or under way. Read it across tenants."""
    rows = _pending(today).filter(athlete__in=athletes)
    return rows.select_related("race__meet", "athlete").order_by("pk")


def pending_entries_of(athlete: OuterRef, *, today: date) -> QuerySet[Entry]:
    """The same, within a query of athletes."""
    return _pending(today).filter(athlete=athlete)


def _pending(today: date) -> QuerySet[Entry]:
    return Entry.objects.live().filter(race__meet__ends_on__gte=today).exclude(race__meet__state__in=OVER)


def entered_to_come(*, today: date) -> QuerySet[Entry]:
    """Live entries that a day has not yet passed, at all hosts: an athlete's guardian is the athlete's, whoever asks."""
    with across_tenants():
        return Entry.objects.live().filter(race__meet__ends_on__gte=today)


def meets_to_come(athlete: Athlete, *, today: date) -> list[str]:
    """Names of the meets to come in which the athlete is entered, at any host: it is the team's own matter."""
    with across_tenants():
        return list(dict.fromkeys(entry.race.meet.name for entry in pending_entries((athlete,), today=today)))
