"""Pausing and resuming the entries of a whole meet, for a while and with a word to those who wait.

Like closing: the queues first, then the meet's row, so that whoever was in line before is through, and nobody gets in
after the pause is committed. Withdrawals, corrections of times and promotions go on: they take nobody's place.
"""

from datetime import datetime

from django.db import transaction

from entries.entry.queue_actions import hold_queues
from entries.meet.models import Meet
from tenants.audit.actions import Values, record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

LONGEST_NOTE = 300


@retry_when_locked
@transaction.atomic
def pause(*, meet: Meet, by: User | None, at: datetime, note: str = "", why: str = "") -> bool:
    """Take no entries for now, or change what is said; whether that changed anything. Raises Refused, Busy."""
    if len(note) > LONGEST_NOTE:
        raise Refused("message_too_long", limit=LONGEST_NOTE)
    row = _held(meet)
    before: Values = {"entries_paused_at": row.entries_paused_at, "pause_note": row.pause_note}
    if row.entries_paused_at is not None and row.pause_note == note:
        return False
    verb = "meet.pause_said" if row.entries_paused_at else "meet.paused"
    row.entries_paused_at, row.pause_note = row.entries_paused_at or at, note
    _keep(row, verb, before=before, by=by, why=why)
    return True


@retry_when_locked
@transaction.atomic
def resume(*, meet: Meet, by: User | None, why: str = "") -> bool:
    """Take entries again, within their window; whether they were paused. Raises Busy."""
    row = _held(meet)
    if row.entries_paused_at is None:
        return False
    before: Values = {"entries_paused_at": row.entries_paused_at, "pause_note": row.pause_note}
    row.entries_paused_at, row.pause_note = None, ""
    _keep(row, "meet.resumed", before=before, by=by, why=why)
    return True


def _held(meet: Meet) -> Meet:
    hold_queues(meet.pk)
    return Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)


def _keep(row: Meet, verb: str, *, before: Values, by: User | None, why: str) -> None:
    row.save(update_fields=["entries_paused_at", "pause_note"])
    after = {"entries_paused_at": row.entries_paused_at, "pause_note": row.pause_note}
    record(verb, row, by=by, before=before, after=after, why=why)
