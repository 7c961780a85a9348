"""Those whom the roster has not, but another sheet of the same workbook: a confirmation adds them to it and enters them, both or
neither. Until then each stands under a number that no row of the database has.
"""

from collections.abc import Sequence
from datetime import date, datetime

from entries.entry.models import EntryUpload
from entries.entry.upload.file_row import FileRow
from entries.records.uploads import PROVISIONAL_DIGITS
from entries.roster.athlete_fields import put
from entries.roster.importing import actions as roster_actions
from entries.roster.importing import import_plan
from entries.roster.importing.columns import ROSTER_TITLES
from entries.roster.importing.remembered import remembered
from entries.roster.models import Athlete, ColumnMemory, RosterUpload, Team
from tenants.files.grid import lay_grid
from tenants.files.incoming import Incoming
from tenants.models import User

PROVISIONAL = 10 ** (PROVISIONAL_DIGITS - 1)
ROSTER = "roster"
"""In the facts of an upload's grid: the number of the roster that was kept with it."""
UNKNOWN = ("athlete_name_unknown", "athlete_jaaf_unknown")


def keep_roster(
    sent: Incoming, sheet: int, rows: Sequence[FileRow], team: Team, *, by: User, at: datetime, today: date
) -> RosterUpload | None:
    """Keep the workbook's roster, when rows of its `sheet` of entries name people whom the team has not."""
    unknown = any(row.refused["athlete"].code in UNKNOWN for row in rows if "athlete" in row.refused)
    if not unknown or sent.content is None:
        return None
    grid = lay_grid(sent.sheets, ROSTER_TITLES, remembered=remembered(team, ColumnMemory.Kind.ROSTER))
    if not grid.is_understood or grid.sheet == sheet:
        return None
    return roster_actions.keep_upload(team, by=by, file_name=sent.name, grid=grid, at=at, today=today)


def newcomers_of(roster: RosterUpload | None) -> list[Athlete]:
    """Those whom the roster would gain, unsaved."""
    if roster is None or roster.applied_at is not None:
        return []
    planned = [row for row in map(import_plan.from_json, roster.rows) if row.state == import_plan.NEW]
    return [_provisional(roster, row) for row in planned]


def is_newcomer(number: str) -> bool:
    """Whether it is the number of somebody who is not on the roster yet."""
    return len(number) >= PROVISIONAL_DIGITS


def _provisional(roster: RosterUpload, row: import_plan.Planned) -> Athlete:
    athlete = Athlete(pk=PROVISIONAL + row.number, team_id=roster.team_id)
    put(athlete, import_plan.after(row, None), at=roster.created_at)
    return athlete


def roster_with(upload: EntryUpload) -> RosterUpload | None:
    """The roster that was kept with an upload of entries, while it is not written yet."""
    number = (upload.grid or {}).get(ROSTER)
    if number is None:
        return None
    return RosterUpload.objects.filter(pk=number, team_id=upload.team_id, applied_at=None).first()
