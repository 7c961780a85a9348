"""A block pasted into the sheet: read as a file is, and handed back for the sheet's fields. Nothing is written."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from entries.entry.sheet_rows import TEXTS
from entries.entry.upload.file_row import FileRow
from entries.entry.upload.importer import Reader
from entries.entry.upload.views import races_in_order, team_of
from entries.meet.decorators import MeetRequest, in_meet
from entries.roster.importing.remembered import remembered
from entries.roster.models import ColumnMemory
from entries.roster.queries import roster_of
from tenants.decorators import signed_in
from tenants.files.grid import GridRow, lay_grid
from tenants.files.sheets import read_pasted
from tenants.files.tables import text_of
from tenants.refusal import Refused
from tenants.wording import say, sentences

_WHOSE = ("athlete", "race")


@signed_in
@in_meet
@require_POST
def paste(request: MeetRequest) -> HttpResponse:
    """JSON of every row that holds anything: `rows` for the sheet, `left` with the reason, and how many name only somebody.

    422 with a sentence when nothing could be read, or when it is not known which column is what.
    """
    team, _teams = team_of(request)
    reader = Reader(roster_of(team), races_in_order(request).values())
    try:
        sheets = read_pasted(request.POST.get("pasted", ""))
        grid = lay_grid(sheets, reader.titles, remembered=remembered(team, ColumnMemory.Kind.ENTRIES))
        if not grid.is_understood:
            raise Refused("upload_columns")
    except Refused as refusal:
        return JsonResponse({"error": say(refusal)}, status=422)
    rows = reader.rows(grid)
    meant = [row for row in rows if not row.is_idle]
    return JsonResponse(
        {
            "rows": [_for_sheet(row) for row in meant if _may_stand(row)],
            "left": [_left(row) for row in meant if not _may_stand(row)],
            "read": len(rows),
            "idle": len(rows) - len(meant),
        }
    )


def _may_stand(row: FileRow) -> bool:
    """Whether it is known whose row it is. A race that is missing may be chosen on the sheet already; one that is said and
    unknown goes nowhere, nor does a row with an error of Excel."""
    if any(refusal.code == "cell_error" for refusal in row.refused.values()):
        return False
    race = row.refused.get("race")
    return bool(row.row.athlete) and (race is None or race.code == "race_missing")


def _for_sheet(row: FileRow) -> dict[str, Any]:
    fields = {name: getattr(row.row, name) for name in (*TEXTS, "pacemaker")}
    return fields | {"shoe": row.shoe} | _left(row)


def _left(row: FileRow) -> dict[str, Any]:
    why = dict.fromkeys(
        say(refusal) for name, refusal in row.refused.items() if name in _WHOSE or refusal.code == "cell_error"
    )
    return {"number": row.number, "text": _whole(row.grid), "reason": sentences(why)}


def _whole(row: GridRow) -> str:
    return " ".join(text for cell in row.cells if (text := text_of(cell)))
