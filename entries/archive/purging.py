"""After a meet: taking out what only the meet itself needed (fact F7, "practical rule").

Who ran in which race for which team, with the state and the declared time, is the record and stays. What goes: sheets
that were never sent, uploaded files, hashes of what was sent, addresses and contents of mails, shoes, personal bests,
and guardians who are no longer needed. Counts of entries, fees and tickets are the same before and after.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q, QuerySet

from entries.archive import rules
from entries.meet.models import Meet
from entries.records.meets import Clear, is_about, of_mail_kinds, purge_steps, rows_of
from entries.records.tables import Scene
from tenants.audit.actions import record
from tenants.models import User
from tenants.outbox.models import OutboxMail
from tenants.privacy.models import Erasure
from tenants.privacy.retention_classes import ERASED_AT, MAIL_GONE
from tenants.scope import tenant_scope

Counts = Mapping[str, int]
BATCH = 1_000


def _mails_emptied(rows: QuerySet) -> int:
    found = list(rows)
    for row in found:
        row.to, row.context, row.last_error, row.provider_id = MAIL_GONE.format(row.pk), {}, "", ""
    return OutboxMail.objects.bulk_update(found, ["to", "context", "last_error", "provider_id"])


def preview(meet: Meet, *, at: datetime) -> dict[str, int]:
    """How many rows of each kind would be cleared; nothing is written."""
    with tenant_scope(meet.tenant_id):
        today = at.astimezone(meet.zone).date()
        counts = {step.name: step.rows(meet, today).count() for step in purge_steps()}
        counts["mails"] = sum(len(batch) for batch in _mails_of(meet))
        return counts


def purge_meet(
    meet: Meet, *, by: User | None, at: datetime, why: str = "", without_export: bool = False, again: bool = False
) -> dict[str, int]:
    """Clear all of it, batch by batch; how many rows of each kind. A second time changes nothing and notes nothing.

    Each batch is its own short transaction, so that a purge of ten thousand entries holds nobody up; broken off, it goes
    on with the next call. Raises Refused (`rules.check_may_purge`), unless it is done `again` after a restore.
    """
    with tenant_scope(meet.tenant_id):
        if not again:
            rules.check_may_purge(meet, at=at, without_export=without_export)
        today = at.astimezone(meet.zone).date()
        counts = {step.name: _clear_all(step.rows(meet, today), step.clear) for step in purge_steps()}
        counts["mails"] = sum(_clear_batch(OutboxMail, batch, _mails_emptied) for batch in _mails_of(meet))
        with transaction.atomic():
            _note(meet, counts, by=by, at=at, why=why, again=again)
    return counts


def _clear_all(rows: QuerySet, clear: Clear) -> int:
    cleared, last = 0, 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = batch[-1]
        cleared += _clear_batch(rows.model, batch, clear)
    return cleared


@transaction.atomic
def _clear_batch(model: type[models.Model], numbers: Sequence[int], clear: Clear) -> int:
    return clear(model._default_manager.filter(pk__in=numbers))


def _mails_of(meet: Meet) -> Iterator[list[int]]:
    """Numbers of the mails that left about this meet and still have an address, a thousand at a time."""
    numbers = rows_of(Scene(meet))
    over = Q(sent_at__isnull=False) | Q(failed_at__isnull=False)
    rows = OutboxMail.objects.filter(over, of_mail_kinds(), tenant_id=meet.tenant_id).order_by("pk")
    rows, last = rows.exclude(to__endswith=ERASED_AT), 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "context")[:BATCH]):
        last = batch[-1][0]
        yield [pk for pk, about in batch if is_about(about, numbers)]


def _note(meet: Meet, counts: Counts, *, by: User | None, at: datetime, why: str, again: bool) -> None:
    is_first = Meet.objects.filter(pk=meet.pk, purged_at__isnull=True).update(purged_at=at)
    changed = {name: count for name, count in counts.items() if count}
    if again or not (is_first or changed):
        return
    record("meet.purged", meet, by=by, after=changed, why=why)
    Erasure.objects.create(subject=f"meet:{meet.pk}", at=at, by=by, why=why[:300], counts=changed)


def replay_meet(pk: int, at: datetime) -> Counts:
    """Purge a meet again, after a restore brought its data back: without the questions of the first time."""
    meet = Meet._base_manager.filter(pk=pk).first()
    return {} if meet is None else purge_meet(meet, by=None, at=at, again=True)
