"""Asking for long work, and doing it: each job by one worker at a time, again when a worker died over it.

A kind of work is a function `(job, report)`, registered by its room. It opens its own scope and transaction, bears
being started twice, and calls `report(done, total)` now and then, which also keeps the lease. What it raises ends the
job as failed, under an id that the log carries; a job that killed its worker three times is not tried a fourth time.
"""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.utils import timezone

from tenants.jobs.models import Job
from tenants.models import Tenant, User
from tenants.request_id import request_id

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than the longest stretch of any job without a report."""
MOST_ATTEMPTS = 3
EVERY_SECONDS = 0.5

Report = Callable[[int, int], None]
Function = Callable[[Job, Report], None]
_functions: dict[str, Function] = {}


def register(kind: str, function: Function) -> None:
    """Name the function that does this kind of work. Raises ValueError when the kind is taken."""
    if _functions.setdefault(kind, function) is not function:
        raise ValueError(f"registered twice: {kind}")


def enqueue(kind: str, *, tenant: Tenant | None, by: User | None, **args: Any) -> Job:
    """Ask for work, in the transaction that gives rise to it. Raises KeyError for an unknown kind."""
    _ = _functions[kind]
    return Job.objects.create(kind=kind, tenant=tenant, by=by, args=args)


@transaction.atomic
def claim(*, at: datetime, only: int | None = None) -> Job | None:
    """The oldest job that nobody holds, or the job `only`, now held by the caller; None when there is none.

    A job whose workers died `MOST_ATTEMPTS` times is marked as failed on the way.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    waiting = Job.objects.filter(free, finished_at__isnull=True, failed_at__isnull=True)
    rows = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("created_at", "pk")
    for job in rows.filter(pk=only) if only is not None else rows[:10]:
        if job.attempts < MOST_ATTEMPTS:
            job.attempts, job.leased_until = job.attempts + 1, at + LEASE
            job.save(update_fields=["attempts", "leased_until"])
            return job
        _fail(job, at=at)
    return None


def run(job: Job) -> None:
    """Do a job that is claimed. What its function raises comes through, after the job was marked as failed."""
    token = request_id.set(secrets.token_hex(6))
    progress, succeeded = Progress(job), False
    try:
        _functions[job.kind](job, progress.report)
        succeeded = True
    finally:
        progress.close()
        if succeeded:
            Job.objects.filter(pk=job.pk).update(finished_at=timezone.now(), leased_until=None, done=F("total"))
        else:
            _fail(job, at=timezone.now())
        request_id.reset(token)


def _fail(job: Job, *, at: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(failed_at=at, leased_until=None, error_id=request_id.get())
    log.error("job %d (%s) failed, attempt %d", job.pk, job.kind, job.attempts)


def hand_back(job: Job) -> None:
    """Give up the lease of a job that its worker cannot finish, which is not the job's fault."""
    waiting = Job.objects.filter(pk=job.pk, finished_at__isnull=True, failed_at__isnull=True)
    waiting.update(leased_until=None, attempts=F("attempts") - 1)


class Progress:
    """How far a job is, for the page that waits: it must be seen while the job's own transaction is still open.

    So on PostgreSQL a report inside a transaction goes over a connection of its own. SQLite has one writer at a time;
    there such a report is seen when the job is through.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.aside: BaseDatabaseWrapper | None = None
        self.next_at = 0.0

    def report(self, done: int, total: int) -> None:
        """Note how far it is, at most twice a second, and keep the lease."""
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + EVERY_SECONDS
        lease = timezone.now() + LEASE
        if not connection.in_atomic_block or connection.vendor != "postgresql":
            Job.objects.filter(pk=self.job.pk).update(done=done, total=total, leased_until=lease)
            return
        if self.aside is None:
            self.aside = connections.create_connection(DEFAULT_DB_ALIAS)
        with self.aside.cursor() as cursor:
            cursor.execute(
                "UPDATE tenants_job SET done = %s, total = %s, leased_until = %s WHERE id = %s",
                [done, total, lease, self.job.pk],
            )

    def close(self) -> None:
        if self.aside is not None:
            self.aside.close()
