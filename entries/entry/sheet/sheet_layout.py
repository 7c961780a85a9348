"""How the sheet is laid out: one block per athlete with its rows, then spare rows with a choice of athlete.

Rows come from a POST, a draft or the last meet; wherever they came from they are put under their athlete and numbered
as they are read. What belongs to no athlete on the roster is kept in the spare rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entries.entry.models import Entry
from entries.entry.rules import takes_still
from entries.entry.sheet_rows import TEXTS, Row
from entries.marks import format_time
from entries.meet.models import Race
from entries.roster.models import Athlete

SPARE_ROWS = 5
MOST_ROWS_EACH = 3


@dataclass(slots=True)
class Block:
    """An athlete, the rows to fill in, and what is already entered."""

    athlete: Athlete
    rows: list[Row]
    held: list[Entry]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed for this athlete."""
        return all(row.is_blank for row in self.rows)


@dataclass(slots=True)
class Layout:
    """The sheet from top to bottom. `total` is the number of rows."""

    blocks: list[Block]
    spare: list[Row]
    total: int


def lay_out(athletes: Sequence[Athlete], typed: Iterable[Row], held: Iterable[Entry], *, rows_each: int = 1) -> Layout:
    """Put each typed row under its athlete, in order, and number all rows from 0."""
    known = {str(athlete.pk) for athlete in athletes}
    by_athlete: dict[str, list[Row]] = defaultdict(list)
    spare: list[Row] = []
    for row in typed:
        if row.athlete in known:
            if not row.is_blank:
                by_athlete[row.athlete].append(row)
        elif not row.is_blank or row.errors:
            spare.append(row)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for entry in held:
        entries[entry.athlete_id].append(entry)
    blocks = [
        Block(athlete, _padded(by_athlete[str(athlete.pk)], athlete, rows_each), entries[athlete.pk])
        for athlete in athletes
    ]
    spare += [Row() for _ in range(SPARE_ROWS)] if blocks else []
    rows = [row for block in blocks for row in block.rows] + spare
    for number, row in enumerate(rows):
        row.number = number
    return Layout(blocks, spare, len(rows))


def _padded(rows: list[Row], athlete: Athlete, rows_each: int) -> list[Row]:
    missing = max(1, rows_each) - len(rows)
    return rows + [Row(athlete=str(athlete.pk)) for _ in range(missing)]


def rows_of_draft(rows: object) -> list[Row]:
    """The rows of a stored draft; nothing for what is no draft any more."""
    if not isinstance(rows, list):
        return []
    return [_row_of_draft(row) for row in rows if isinstance(row, dict)]


def _row_of_draft(stored: Mapping[str, Any]) -> Row:
    athlete, race, seed_time, personal_best, shoe = (str(stored.get(name, "")) for name in TEXTS)
    return Row(0, athlete, race, seed_time, personal_best, shoe, bool(stored.get("pacemaker")))


def draft_of_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows that hold anything, as a draft stores them."""
    return [
        {**{name: getattr(row, name) for name in TEXTS}, "pacemaker": row.pacemaker} for row in rows if not row.is_blank
    ]


def rows_from_last(entries: Iterable[Entry], races: Mapping[int, Race], held: Iterable[Entry]) -> list[Row]:
    """The last meet's entries as rows of this sheet: the race of the same name, else of the same distance and sex.

    What is already entered is left out. `races` are in programme order.
    """
    taken = {(entry.athlete_id, entry.race_id) for entry in held}
    rows = []
    for entry in entries:
        race = _same_race(entry.race, races.values())
        if race is None or (entry.athlete_id, race.pk) in taken:
            continue
        taken.add((entry.athlete_id, race.pk))
        rows.append(
            Row(
                athlete=str(entry.athlete_id),
                race=str(race.pk),
                seed_time=format_time(entry.seed_time),
                personal_best=format_time(entry.personal_best),
                pacemaker=entry.pacemaker,
            )
        )
    return rows


def _same_race(old: Race, races: Iterable[Race]) -> Race | None:
    open_races = [race for race in races if race.paused_at is None]
    alike = [race for race in open_races if (race.distance_m, race.sex, race.is_ncg) == _kind(old)]
    return next((race for race in open_races if race.name == old.name), alike[0] if alike else None)


def _kind(race: Race) -> tuple[int, str, bool]:
    return race.distance_m, race.sex, race.is_ncg


def may_choose(race: Race, sex: str) -> bool:
    """Whether an athlete of this sex may be entered, as the page offers it; empty: whatever the sex."""
    return not sex or race.is_for(sex)


def race_data(race: Race) -> dict[str, Any]:
    """What the page needs to know about a race to help while typing. Times in hundredths, fee in yen."""
    return {
        "name": race.name_here,
        "order": race.position,
        "sex": race.sex,
        "sex_name": str(race.get_sex_display()),
        "distance": race.distance_m,
        "standard": race.standard,
        "fee": race.fee_yen,
        "free": race.free_places,
        "takes": takes_still(race),
        "paused": race.paused_at is not None,
    }
