"""Questions that this room's rules and pages ask."""

from datetime import date

from django.db.models import QuerySet

from entries.entry.models import Entry
from entries.meet.models import State
from entries.roster.models import Athlete
from tenants.scope import across_tenants

OVER = (State.RESULTS_OUT, State.ARCHIVED)


def pending_entries(athletes: tuple[Athlete, ...], *, today: date) -> QuerySet[Entry]:
    """Live entries in meets that are still to come or under way. Read it across tenants."""
    rows = Entry.objects.live().filter(athlete__in=athletes, race__meet__ends_on__gte=today)
    return rows.exclude(race__meet__state__in=OVER).select_related("race__meet", "athlete").order_by("pk")


def meets_to_come(athlete: Athlete, *, today: date) -> list[str]:
    """Names of the meets to come in which the athlete is entered, at any host: it is the team's own matter."""
    with across_tenants():
        return list(dict.fromkeys(entry.race.meet.name for entry in pending_entries((athlete,), today=today)))
