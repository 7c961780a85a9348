"""The start lists as a table (contract 7): times of day in the meet's zone, empty where nothing is known."""

from collections.abc import Iterable

from entries.heat.start_list import Listed
from entries.marks import format_time
from entries.meet.models import Meet, Race
from tenants.files.tables import write_csv

COLUMNS = (
    "race", "heat", "starts_at", "hip_number", "bib", "name", "kana", "team", "grade", "seed_time", "personal_best", "note",
)  # fmt: skip


def start_list_csv(meet: Meet, starts: Iterable[Listed]) -> bytes:
    """A line a start, races under the host's own name. Any text is inert in a spreadsheet."""
    names = dict(Race.objects.filter(meet=meet).values_list("pk", "name"))
    return write_csv(COLUMNS, (_cells(meet, names[one.race], one) for one in starts))


def _cells(meet: Meet, race: str, one: Listed) -> tuple[object, ...]:
    at = one.starts_at.astimezone(meet.zone).isoformat(timespec="minutes") if one.starts_at else ""
    return (
        race, one.heat, at, one.hip_number or "", one.bib or "", one.name, one.kana, one.team, one.grade,
        format_time(one.seed_time), format_time(one.personal_best), one.note,
    )  # fmt: skip
