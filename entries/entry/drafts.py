"""Drafts of the sheet: what was typed and not yet sent, kept so that another device goes on with it.

A draft is nobody's record: it says nothing about who is entered, and a submission drops it. So it leaves no audit trail.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from entries.entry.models import SheetDraft
from entries.entry.sheet_rows import TEXTS
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.files.stored_cells import storable
from tenants.models import User
from tenants.refusal import Refused

MAX_BYTES = 1024 * 1024
MAX_ROWS = 2_000
LONGEST_VALUE = 200


def check_rows(rows: object) -> list[dict[str, Any]]:
    """The rows of a draft, each with the fields of a sheet as texts and `pacemaker`, and with nothing else.

    Raises Refused("draft_invalid") for anything that a sheet of ours would not send.
    """
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise Refused("draft_invalid")
    return [_row(row) for row in rows]


def _row(row: object) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise Refused("draft_invalid")
    found: dict[str, Any] = {}
    for name in TEXTS:
        text = row.get(name, "")
        if not isinstance(text, str) or len(text) > LONGEST_VALUE or text != storable(text):
            raise Refused("draft_invalid")
        found[name] = text
    found["pacemaker"] = row.get("pacemaker", False)
    if not isinstance(found["pacemaker"], bool):
        raise Refused("draft_invalid")
    return found


def keep(*, meet: Meet, team: Team, rows: list[dict[str, Any]], version: int, by: User) -> SheetDraft:
    """Store what `by` typed for a team on top of `version` (0: on an empty sheet). Returns it as it is now.

    Compare-and-set: raises Refused("draft_conflict") when another device saved meanwhile, or the sheet was sent.
    Raises Refused("draft_invalid") for rows that are none.
    """
    rows = check_rows(rows)
    if version == 0:
        try:
            with transaction.atomic():
                return SheetDraft.objects.create(
                    tenant_id=meet.tenant_id, meet=meet, team=team, rows=rows, updated_by=by
                )
        except IntegrityError:
            raise Refused("draft_conflict") from None
    values = {"rows": rows, "version": version + 1, "updated_at": timezone.now()}
    if draft_of(meet, team, by).filter(version=version).update(**values) != 1:
        raise Refused("draft_conflict")
    return SheetDraft(meet=meet, team=team, tenant_id=meet.tenant_id, updated_by=by, **values)


def draft_of(meet: Meet, team: Team, by: User) -> QuerySet[SheetDraft]:
    """The one draft of this person, or none."""
    return SheetDraft.objects.filter(meet=meet, team=team, updated_by=by)


def drop(*, meet: Meet, team: Team, by: User) -> None:
    """Forget what this person drafted: their sheet was sent. Drafts of colleagues stay."""
    draft_of(meet, team, by).delete()


def drop_sql(*, meet: str, team: str, by: str, rows: str) -> str:
    """`drop` as a part of a larger statement, if there is a row in `rows`. The arguments are SQL expressions."""
    draft = SheetDraft._meta.db_table
    return (
        f"DELETE FROM {draft} USING {rows}"
        f" WHERE {draft}.meet_id = {meet} AND {draft}.team_id = {team} AND {draft}.updated_by_id = {by}"
    )
