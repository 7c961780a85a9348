"""Questions that this room's pages ask."""

from datetime import date

from entries.archive.rules import pending_entries
from entries.roster.models import Athlete
from tenants.scope import across_tenants


def meets_to_come(athlete: Athlete, *, today: date) -> list[str]:
    """Names of the meets to come in which the athlete is entered, at any host: it is the team's own matter."""
    with across_tenants():
        return list(dict.fromkeys(entry.race.meet.name for entry in pending_entries((athlete,), today=today)))
