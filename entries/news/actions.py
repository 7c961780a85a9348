"""Putting notices out and taking them back, and telling everybody entered by mail."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from entries.news import queries, rules
from entries.news.models import Notice
from tenants.audit.actions import Values, record
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import User
from tenants.outbox.actions import enqueue_many
from tenants.scope import tenant_scope

BATCH = 500


@transaction.atomic
def publish(*, notice: Notice, by: User, at: datetime, on: datetime | None = None, mail: bool = False) -> None:
    """Show a notice now, or from the moment `on`; with `mail` everybody entered is told then. Raises Refused."""
    row, on = _held(notice), on or at
    rules.check_may_publish(row, on=on, at=at, mail=mail)
    row.published_at = on
    row.save(update_fields=["published_at"])
    record("notice.published" if on <= at else "notice.planned", row, by=by, after={"published_at": on})
    if mail:
        _ask_for_mail(row, by=by, at=at)


@transaction.atomic
def take_back(*, notice: Notice, by: User) -> bool:
    """Hide a notice, or drop the plan to show it; its text stays. Whether that changed anything.

    A mail that was asked for and has not left is dropped with it, and may be asked for again.
    """
    row = _held(notice)
    if row.published_at is None:
        return False
    before: Values = {"published_at": row.published_at}
    row.published_at = None
    if row.mailed_at is None:
        row.mail_asked_at = None
    row.save(update_fields=["published_at", "mail_asked_at"])
    record("notice.taken_back", row, by=by, before=before)
    return True


@transaction.atomic
def mail(*, notice: Notice, by: User, at: datetime) -> None:
    """Tell everybody entered of a notice that is out or will be. Raises Refused."""
    row = _held(notice)
    rules.check_may_mail(row)
    _ask_for_mail(row, by=by, at=at)


def _held(notice: Notice) -> Notice:
    return Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


def _ask_for_mail(row: Notice, *, by: User, at: datetime) -> None:
    row.mail_asked_at = at
    row.save(update_fields=["mail_asked_at"])
    record("notice.mail_asked", row, by=by)
    if rules.is_due(row, at=at):
        _enqueue(row, by=by)


def _enqueue(row: Notice, *, by: User | None) -> None:
    work.enqueue(queries.MAIL, tenant=row.tenant, by=by, notice=row.pk)


def mail_planned(*, at: datetime) -> int:
    """Ask the worker to mail the notices whose moment has come; how many. Calling it again asks no second time."""
    due = queries.notices_to_mail(at=at)
    for row in due:
        with transaction.atomic():
            _enqueue(row, by=None)
    return len(due)


def mail_out(job: Job, report: work.Report) -> None:
    """The job: a mail for each address into the outbox, some hundreds in one transaction. Done again it adds none, since
    the outbox takes each address once for a notice; a notice that was taken back meanwhile is mailed to nobody."""
    if job.tenant_id is None:
        raise ValueError("a notice has a host")
    with tenant_scope(job.tenant_id):
        row = Notice.objects.select_related("meet").filter(pk=job.args["notice"]).first()
        if row is None or not rules.is_due(row, at=timezone.now()):
            return
        people = list(queries.recipients_of(row.meet).items())
        for first in range(0, len(people), BATCH):
            enqueue_many(
                "news.notice",
                to=people[first : first + BATCH],
                key=f"news.notice:{row.pk}",
                context={"notice": row.pk, "meet": row.meet_id},
                at=timezone.now(),
                tenant_id=row.tenant_id,
            )
            report(min(first + BATCH, len(people)), len(people))
        _note(row, len(people), by=job.by)


@transaction.atomic
def _note(notice: Notice, count: int, *, by: User | None) -> None:
    """In the trail, by whoever is through first."""
    row = _held(notice)
    if row.mail_asked_at is None or row.mailed_at is not None:
        return
    row.mailed_at, row.mail_count = timezone.now(), count
    row.save(update_fields=["mailed_at", "mail_count"])
    record("notice.mailed", row, by=by, after={"mail_count": count})
