"""Entries for tests of heats."""

from datetime import datetime
from typing import Any

from entries.entry.models import Entry, Submission
from entries.heat.models import Start
from entries.meet.models import Race
from entries.roster.models import Team
from tests.conftest import athletes_of


def enter(race: Race, team: Team, times: list[int | None], at: datetime, **fields: Any) -> list[Entry]:
    """Entries of new athletes of the team with these times, in this order, past all queues."""
    number = Submission._base_manager.count()
    submission = Submission.objects.create(
        tenant_id=race.tenant_id,
        meet=race.meet,
        team=team,
        key=f"key-{number}",
        reference=f"R{number}",
        submitted_at=at,
    )
    athletes = athletes_of(team, len(times))
    first = race.last_ticket
    Race.objects.filter(pk=race.pk).update(last_ticket=first + len(times))
    race.last_ticket += len(times)
    return Entry.objects.bulk_create(
        Entry(tenant_id=race.tenant_id, submission=submission, race=race, athlete=athlete, ticket=first + n, seed_time=time,
              entered_at=at, **fields)
        for n, (athlete, time) in enumerate(zip(athletes, times, strict=True), start=1)
    )  # fmt: skip


def heats(race: Race) -> list[list[int]]:
    """The entries of each heat in the order of their hip numbers."""
    found: dict[int, list[int]] = {}
    for start in Start.objects.filter(heat__race=race).select_related("heat").in_order():
        found.setdefault(start.heat.number, []).append(start.entry_id)
    return [found[number] for number in sorted(found)]
