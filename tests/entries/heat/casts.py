"""Entries for tests of heats."""

from datetime import datetime
from typing import Any

from entries.entry.models import Entry, Submission
from entries.heat.actions import seed_heats
from entries.heat.models import RaceSeeding, Start
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tests.conftest import athletes_of, race_of


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


def in_heats(meet: Meet, team: Team, at: datetime, *, runners: int, per_heat: int, **fields: Any) -> Race:
    """A race of a meet whose entries are closed: runners of 15:00, 15:01 and so on, the slowest in the first heat, team-mates not parted."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=per_heat, **fields)
    RaceSeeding.objects.create(race=race, tenant_id=race.tenant_id, most_of_a_team=None)
    enter(race, team, [90_000 + n * 100 for n in range(runners)], at)
    seed_heats(meet=meet, by=None, at=at)
    return race


def heats(race: Race) -> list[list[int]]:
    """The entries of each heat in the order of their hip numbers."""
    found: dict[int, list[int]] = {}
    for start in Start.objects.filter(heat__race=race).select_related("heat").in_order():
        found.setdefault(start.heat.number, []).append(start.entry_id)
    return [found[number] for number in sorted(found)]
