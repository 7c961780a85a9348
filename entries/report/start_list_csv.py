"""The start lists as a table (contract 7): times of day in the meet's zone, empty where nothing is known.

Read as plain values and written in one piece: a table of 100,000 starts makes no object a start. What it says is what
`entries.heat.start_list` says; a test compares the two.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat, Trim

from entries.heat.models import Start
from entries.heat.queries import bibs_of, dict_of_slots
from entries.heat.start_list import note_of
from entries.marks import format_time
from entries.meet.models import Meet, Race
from tenants.files.tables import write_csv

COLUMNS = (
    "race", "heat", "starts_at", "hip_number", "bib", "name", "kana", "team", "grade", "seed_time", "personal_best", "note",
)  # fmt: skip

OF_SEVERAL = ("competition", "competition_code")
"""Further columns of a meet that holds several competitions on one timetable: each start under the one of its race."""


def _called(part: str, now: Any) -> Case:
    """As when lists went out first; before that, as the roster says now (`start_list.called_of`)."""
    return Case(When(listed_name="", then=now), default=F(f"listed_{part}"), output_field=CharField())


def _full(part: str) -> Trim:
    family, given = f"entry__athlete__family_{part}", f"entry__athlete__given_{part}"
    return Trim(Concat(family, Value(" "), given))


_READ = (
    "heat__race", "heat__number", "hip_number", "entry__athlete",
    _called("name", _full("name")), _called("kana", _full("kana")),
    _called("team", F("entry__submission__team__name")), _called("grade", F("entry__athlete__grade")),
    "entry__seed_time", "entry__personal_best", "entry__withdrawn_at", "entry__pacemaker",
)  # fmt: skip


def start_list_csv(meet: Meet) -> bytes:
    """A line a start, in the order of the programme, races under the host's own name. Any text is inert in a spreadsheet.
    Four queries."""
    rows = Start.objects.filter(heat__race__meet=meet).in_programme_order().values_list(*_READ)
    races = list(Race.objects.filter(meet=meet).select_related("competition"))
    names = {race.pk: race.name for race in races}
    cells = _cells(rows, names, bibs_of(meet), _times_of_day(meet))
    if not any(race.competition_id for race in races):
        return write_csv(COLUMNS, (cell for _, cell in cells))
    more = {race.pk: _filed_under(race, meet) for race in races}
    return write_csv(COLUMNS + OF_SEVERAL, ((*cell, *more[race]) for race, cell in cells))


def _filed_under(race: Race, meet: Meet) -> tuple[str, str]:
    return (race.competition.title, race.competition.code) if race.competition else (meet.name, meet.code)


def _times_of_day(meet: Meet) -> Mapping[tuple[int, int], str]:
    slots = dict_of_slots(meet).items()
    return {place: at.astimezone(meet.zone).isoformat(timespec="minutes") for place, at in slots}


def _cells(
    rows: Iterable[Any], names: Mapping[int, str], bibs: Mapping[int, int], times: Mapping[tuple[int, int], str]
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Each with its race's number."""
    said = cache(format_time)
    for race, heat, hip, athlete, name, kana, team, grade, seed, best, withdrawn_at, is_pacemaker in rows:
        yield race, (
            names[race], heat, times.get((race, heat), ""), hip or "", bibs.get(athlete, ""), name, kana, team, grade,
            said(seed), said(best), note_of(withdrawn_at, is_pacemaker=is_pacemaker),
        )  # fmt: skip
