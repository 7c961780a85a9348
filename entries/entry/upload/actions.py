"""Uploaded files of entries: kept for the preview, confirmed through the sheet's own action.

The preview writes nothing but the upload itself, which is no entry, so it leaves no trail; the submission does.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import EntryUpload, Source, Submission
from entries.entry.queries import submission_under_key
from entries.entry.upload.file_row import FileRow
from entries.entry.upload.newcomers import ROSTER
from entries.meet.models import Meet
from entries.roster.importing import actions as roster_actions
from entries.roster.models import RosterUpload, Team
from tenants.files.grid import Grid, grid_of
from tenants.models import User
from tenants.refusal import Refused


def keep(
    *,
    meet: Meet,
    team: Team,
    by: User,
    file_name: str,
    grid: Grid,
    rows: Sequence[FileRow],
    content: bytes | None = None,
    roster: RosterUpload | None = None,
) -> EntryUpload:
    """Store what a file said until it is confirmed, and which `roster` of the same workbook goes with it."""
    upload = EntryUpload(tenant_id=meet.tenant_id, meet=meet, team=team, by=by, file_name=file_name, content=content)
    upload.grid = {ROSTER: roster.pk} if roster else {}
    _put(upload, grid, rows)
    upload.save()
    return upload


@transaction.atomic
def read_anew(upload: EntryUpload, grid: Grid, rows: Sequence[FileRow]) -> None:
    """Keep a grid that was mended, or understood in another way. Raises Refused("upload_sent") when it is too late."""
    held = EntryUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if held.submission_id is not None:
        raise Refused("upload_sent")
    _put(held, grid, rows)
    held.save(update_fields=["rows", "counts", "grid"])


def _put(upload: EntryUpload, grid: Grid, rows: Sequence[FileRow]) -> None:
    with_it = {name: number for name, number in (upload.grid or {}).items() if name == ROSTER}
    upload.rows, upload.grid = [row.as_json() for row in rows], grid.facts() | with_it
    upload.counts = {"read": len(rows), "without_race": sum(row.is_idle for row in rows)}


def grid_in(upload: EntryUpload) -> Grid:
    """The grid of an upload with its rows as they were typed."""
    return grid_of(upload.grid, [FileRow.from_json(row).grid for row in upload.rows])


def confirm(
    *, upload: EntryUpload, lines: Sequence[Line], by: User, at: datetime, seen: int | None = None
) -> Submission:
    """Enter the lines of an upload. A second confirmation returns the first submission, whatever it would enter now.

    Raises what `actions.submit` raises, and Refused("upload_lines_changed") when there are not as many as were `seen`.
    """
    key = f"upload-{upload.pk}"
    submission = upload.submission or submission_under_key(upload.team, key)
    if submission is None:
        if seen is not None and seen != len(lines):
            raise Refused("upload_lines_changed", before=seen, now=len(lines))
        submission = actions.submit(
            meet=upload.meet, team=upload.team, lines=lines, key=key, by=by, at=at, source=Source.UPLOAD
        )
    EntryUpload.objects.filter(pk=upload.pk).update(submission=submission, content=None)
    return submission


def confirm_with_roster(
    *,
    upload: EntryUpload,
    roster: RosterUpload,
    lines: Callable[[], Sequence[Line]],
    by: User,
    at: datetime,
    today: date,
    seen: int | None = None,
) -> Submission:
    """Put those who came with the file on the roster and enter the `lines`, which are asked for in between: both or neither.

    Raises what `confirm` raises, and Refused("roster_changed").
    """
    made: list[Submission] = []
    roster_actions.apply_upload(
        roster, by=by, at=at, today=today,
        then=lambda: made.append(confirm(upload=upload, lines=lines(), by=by, at=at, seen=seen)),
    )  # fmt: skip
    return made[-1]
