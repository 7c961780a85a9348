"""What an uploaded file would enter: asked afresh each time, since rosters, races and places move meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.shoes.search import by_key
from entries.entry import rules
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import EntryUpload
from entries.entry.queries import held_in
from entries.entry.sheet_rows import TEXTS, Row, line_of
from entries.entry.shoes import NO_SHOE, ChosenShoes, ShoeField
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete
from tenants.refusal import Refused
from tenants.wording import say


@dataclass(slots=True)
class FileRow:
    """One row of the file: the number that Excel shows, what it says, and what was understood."""

    number: int
    row: Row
    who: str
    race: str
    jaaf_id: str = ""
    kana: str = ""
    shoe: str = ""
    refused: dict[str, Refused] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """A row as JSON for `EntryUpload.rows`; `from_json` reads it."""
        row = {name: getattr(self.row, name) for name in (*TEXTS, "pacemaker")}
        codes = {name: [refusal.code, dict(refusal.data)] for name, refusal in self.refused.items()}
        said = {name: getattr(self, name) for name in ("number", "who", "race", "jaaf_id", "kana", "shoe")}
        return said | {"row": row, "refused": codes}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FileRow":
        """The row that `as_json` made."""
        said = {name: stored[name] for name in ("number", "who", "race", "jaaf_id", "kana")}
        said["shoe"] = stored.get("shoe", "")  # files from before there was the column
        codes = {name: Refused(code, **data) for name, (code, data) in stored["refused"].items()}
        return cls(row=Row(stored["number"], **stored["row"]), refused=codes, **said)

    def as_cells(self) -> list[str]:
        """The row in the order of the template's columns, for the file of refused rows."""
        row, pacemaker = self.row, "○" if self.row.pacemaker else ""
        return [self.jaaf_id, self.who, self.kana, self.race, row.seed_time, row.personal_best, pacemaker, self.shoe]


def read_shoes(rows: Sequence[FileRow]) -> None:
    """Find the shoes that a file names by their keys: a number there is a reference, never an id. One query; none
    without shoes."""
    found = by_key({row.shoe for row in rows if row.shoe})
    for row in rows:
        if row.shoe in found:
            row.row.shoe = str(found[row.shoe])
        elif row.shoe:
            row.refused["shoe"] = Refused("shoe_unknown")


@dataclass(slots=True)
class PreviewLine:
    """One row of the file with what it means and why it is refused, if it is."""

    file_row: FileRow
    line: Line
    refused: dict[str, Refused] = field(default_factory=dict)
    worn: ShoeField = NO_SHOE

    @property
    def reasons(self) -> list[str]:
        """Why this row would not be entered, in words."""
        return [say(refusal) for refusal in self.refused.values()]


@dataclass(slots=True)
class Preview:
    """All rows, in the order of the file."""

    rows: list[PreviewLine]
    read: int
    """Rows of the file that hold anything."""
    without_race: int
    """Of these, the ones that name somebody and enter nobody."""
    closed: str = ""
    too_many: str = ""
    fee: int = 0

    @property
    def lines(self) -> list[Line]:
        """Rows that a confirmation would enter."""
        return [row.line for row in self.rows if not row.refused]

    @property
    def refused_lines(self) -> list[PreviewLine]:
        """Rows that a confirmation leaves out."""
        return [row for row in self.rows if row.refused]

    def refuse(self, refused: SheetRefused) -> None:
        """Note reasons that only came up while entering."""
        for row in self.rows:
            row.refused |= refused.rows.get(row.line.number, {})


def preview_of(meet: Meet, upload: EntryUpload, *, races: Mapping[int, Race], athletes: Sequence[Athlete]) -> Preview:
    """Ask every rule that the action will ask, row by row. Two queries, and two more when shoes are named."""
    rows = []
    for stored in upload.rows:
        file_row = FileRow.from_json(stored)
        line, refused = line_of(file_row.row)
        rows.append(PreviewLine(file_row, line, refused | file_row.refused))
    preview = Preview(rows, upload.counts.get("read", len(rows)), upload.counts.get("without_race", 0))
    held = [(entry.athlete_id, entry.race_id) for entry in held_in(meet, upload.team)]
    known = {athlete.pk: athlete for athlete in athletes}
    shoes = ChosenShoes.of([row.file_row.row for row in rows])
    for row in rows:
        row.worn = shoes.field_of(row.file_row.row, races)
    _ask_the_rules(meet, preview, races=races, athletes=known, held=held, shoes=set(shoes.known))
    try:
        rules.check_takes_entries(meet, at=meet.clock)
    except Refused as refusal:
        preview.closed = say(refusal)
    preview.fee = sum(races[line.race_id].fee_yen for line in preview.lines)
    return preview


def _ask_the_rules(
    meet: Meet,
    preview: Preview,
    *,
    races: Mapping[int, Race],
    athletes: Mapping[int, Athlete],
    held: Sequence[tuple[int, int]],
    shoes: set[int],
) -> None:
    """Each later rule is asked only about the rows that the earlier ones let pass."""
    try:
        rules.check_lines(meet, [row.line for row in preview.rows], races=races, athletes=athletes, shoes=shoes)
    except SheetRefused as refused:
        preview.too_many = " ".join(say(refusal) for refusal in refused.general if refusal.code != "empty")
        for row in preview.rows:
            row.refused = dict(refused.rows.get(row.line.number, {})) | row.refused
    preview.refuse(SheetRefused(rules.duplicates(preview.lines, races=races, held=held)))
    try:
        rules.check_limits(meet, preview.lines, races=races, held=held)
    except SheetRefused as refused:
        preview.refuse(refused)
    preview.refuse(SheetRefused(rules.full_races(preview.lines, races=races)))
