"""Uploaded files of entries: kept for the preview, confirmed through the sheet's own action.

The preview writes nothing but the upload itself, which is no entry, so it leaves no trail; the submission does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import EntryUpload, Source, Submission
from entries.entry.queries import submission_under_key
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.models import User


def keep(
    *, meet: Meet, team: Team, by: User, file_name: str, rows: list[dict[str, Any]], counts: dict[str, int]
) -> EntryUpload:
    """Store what a file said until it is confirmed."""
    return EntryUpload.objects.create(
        tenant_id=meet.tenant_id, meet=meet, team=team, by=by, file_name=file_name, rows=rows, counts=counts
    )


def confirm(*, upload: EntryUpload, lines: Sequence[Line], by: User, at: datetime) -> Submission:
    """Enter the lines of an upload. A second confirmation returns the first submission, whatever it would enter now.

    Raises what `actions.submit` raises.
    """
    key = f"upload-{upload.pk}"
    submission = (
        upload.submission
        or submission_under_key(upload.team, key)
        or actions.submit(meet=upload.meet, team=upload.team, lines=lines, key=key, by=by, at=at, source=Source.UPLOAD)
    )
    EntryUpload.objects.filter(pk=upload.pk).update(submission=submission)
    return submission
