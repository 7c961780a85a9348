"""Questions that this room's rules and pages ask."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Model

from entries.records.subjects import commitments
from tenants.scope import across_tenants


def meets_awaiting(rows: Sequence[Model], *, today: date) -> list[str]:
    """Names of the meets to come that expect somebody of these rows of a person. Read it across tenants."""
    return list(dict.fromkeys(one.meet_of(row) for one in commitments() for row in one.pending(rows, today)))


def meets_to_come(athlete: Model, *, today: date) -> list[str]:
    """Names of the meets to come in which the athlete is entered, at any host: it is the team's own matter."""
    with across_tenants():
        return meets_awaiting((athlete,), today=today)
