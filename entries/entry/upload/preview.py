"""What an uploaded file would enter: asked afresh each time, since rosters, races and places move meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.entry import rules
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import EntryUpload
from entries.entry.queries import held_in
from entries.entry.sheet_rows import line_of
from entries.entry.shoes import NO_SHOE, ChosenShoes, ShoeField
from entries.entry.upload.file_row import FileRow
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete
from tenants.files.grid import Grid, grid_of
from tenants.files.grid_page import REFUSED
from tenants.refusal import Refused
from tenants.wording import say, sentences

TAKEN, UNCHANGED = "taken", "unchanged"
WORDS: Mapping[str, str | Promise] = {
    REFUSED: _("要修正"),
    TAKEN: _("申し込めます"),
    UNCHANGED: _("変更なし"),
}


@dataclass(slots=True)
class PreviewLine:
    """One row of the file with what it means and why it is refused, if it is."""

    file_row: FileRow
    line: Line
    refused: dict[str, Refused] = field(default_factory=dict)
    worn: ShoeField = NO_SHOE
    is_held: bool = False
    """The athlete is in that race already, with this time: there is nothing to do."""

    @property
    def state(self) -> str:
        """What a confirmation does with this row."""
        if self.is_held or self.file_row.is_idle:
            return UNCHANGED
        return REFUSED if self.refused else TAKEN

    @property
    def is_timeless(self) -> bool:
        """Whether a confirmation would enter it without a seed time (NT)."""
        return self.state == TAKEN and self.line.seed_time is None

    @property
    def reasons(self) -> list[str]:
        """Why this row would not be entered, in words."""
        return [say(refusal) for refusal in self.refused.values()]


@dataclass(slots=True)
class Preview:
    """All rows, in the order of the file."""

    rows: list[PreviewLine]
    grid: Grid
    closed: str = ""
    too_many: str = ""
    fee: int = 0
    newcomers: int = 0
    """Athletes whom the roster would gain from another sheet of the workbook."""

    @property
    def lines(self) -> list[Line]:
        """Rows that a confirmation would enter."""
        return [row.line for row in self.rows if row.state == TAKEN]

    @property
    def timeless(self) -> list[PreviewLine]:
        """Rows that a confirmation would enter without a seed time (NT)."""
        return [row for row in self.rows if row.is_timeless]

    @property
    def refused_lines(self) -> list[PreviewLine]:
        """Rows that a confirmation leaves out because something is wrong with them."""
        return [row for row in self.rows if row.state == REFUSED]

    @property
    def meant(self) -> list[PreviewLine]:
        """Rows that are meant for entering somebody."""
        return [row for row in self.rows if not row.file_row.is_idle]

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
        rows.append(PreviewLine(file_row, line, {} if file_row.is_idle else refused | file_row.refused))
    preview = Preview(rows, grid_of(upload.grid, [row.file_row.grid for row in rows]))
    held = {(entry.athlete_id, entry.race_id): entry.seed_time for entry in held_in(meet, upload.team)}
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
    held: Mapping[tuple[int, int], int | None],
    shoes: set[int],
) -> None:
    """Each later rule is asked only about the rows that the earlier ones let pass."""
    try:
        rules.check_lines(meet, [row.line for row in preview.meant], races=races, athletes=athletes, shoes=shoes)
    except SheetRefused as refused:
        preview.too_many = sentences(say(refusal) for refusal in refused.general if refusal.code != "empty")
        for row in preview.meant:
            row.refused = dict(refused.rows.get(row.line.number, {})) | row.refused
    for row in preview.meant:
        again = (row.line.athlete_id, row.line.race_id)
        row.is_held = not row.refused and again in held and held[again] == row.line.seed_time
    preview.refuse(SheetRefused(rules.duplicates(preview.lines, races=races, held=list(held))))
    try:
        rules.check_limits(meet, preview.lines, races=races, held=list(held))
    except SheetRefused as refused:
        preview.refuse(refused)
    preview.refuse(SheetRefused(rules.full_races(preview.lines, races=races)))
