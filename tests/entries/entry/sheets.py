"""How tests fill in the sheet."""

from typing import Any

from django.test import Client

from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.scope import across_tenants

FIELDS = ("athlete", "race", "seed_time", "personal_best", "shoe", "pacemaker")


def address(meet: Meet, rest: str = "") -> str:
    return f"/meets/{meet.tenant.slug}/{meet.slug}/enter{rest}"


def row(athlete: Athlete | object, race: Race | object, seed_time: str = "14:30.00", **more: Any) -> dict[str, Any]:
    return {
        "athlete": getattr(athlete, "pk", athlete),
        "race": getattr(race, "pk", race),
        "seed_time": seed_time,
        **more,
    }


def posted(team: Team | None, rows: list[dict[str, Any]], key: str = "key-1", **more: Any) -> dict[str, Any]:
    """The body that the page would send."""
    body: dict[str, Any] = {
        "submission_key": key,
        "rows-TOTAL_FORMS": len(rows),
        "rows-INITIAL_FORMS": 0,
        "rows-MIN_NUM_FORMS": 0,
        "rows-MAX_NUM_FORMS": 1000,
    }
    if team is not None:
        body["team"] = team.pk
    for number, one in enumerate(rows):
        body |= {f"rows-{number}-{name}": value for name, value in one.items()}
    return body | more


def send(client: Client, meet: Meet, team: Team | None, rows: list[dict[str, Any]], **more: Any) -> Any:
    return client.post(address(meet), posted(team, rows, **more))


def entries() -> list[tuple[int, int, int | None]]:
    """(athlete, race, seed time) of every entry of every host."""
    with across_tenants():
        return list(Entry.objects.order_by("pk").values_list("athlete_id", "race_id", "seed_time"))
