"""What must not go unnoticed: each check says what it found wrong at a moment, or nothing. Reads only.

A thing that never gave a sign is as silent as one that stopped; its time counts from when watching began.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, Sum

from config.ops.runs import last_good
from tenants.jobs.models import Job
from tenants.outbox.models import OutboxMail
from tenants.switches.models import Function
from tenants.switches.queries import stopped
from tenants.upkeep.models import Heartbeat, OpsRun, Timing, TimingKind

WORKER_SILENT = timedelta(minutes=5)
MAIL_LATE = timedelta(minutes=10)
STUBBORN, MANY_LATE = 3, 5
"""A mail that was refused so often is its recipient's trouble, unless so many are late."""
JOBS_LATE, MANY_JOBS = timedelta(minutes=15), 100
BACKUP_OLD = timedelta(hours=26)
"""A nightly backup and two hours (requirement D5)."""
DRILL_OLD = timedelta(days=8)
"""A weekly drill and a day."""
CRON = {"retention": timedelta(hours=26), "weekly_check": timedelta(days=8)}
ERRORS_WITHIN, ERRORS_SHARE, LEAST_ANSWERS = timedelta(minutes=5), 0.02, 50

Facts = dict[str, Any]
Totals = dict[str, list[int]]


@dataclass(frozen=True)
class Now:
    """The moment, when watching began, and what was counted by the hour some minutes ago."""

    at: datetime
    since: datetime
    totals: Totals
    before: Totals


def worker(now: Now) -> Facts | None:
    """No sign of life from any worker. Mails and jobs wait."""
    beat = Heartbeat.objects.filter(name="worker").first()
    return _older(now, beat.beat_at if beat else None, WORKER_SILENT)


def mail(now: Now) -> Facts | None:
    """Mails that should have left: the server is away, or refuses us."""
    late = OutboxMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True, created_at__lte=now.at - MAIL_LATE)
    ours = Q(next_attempt_at__lte=now.at) | Q(attempts__lt=STUBBORN)
    found = late.aggregate(n=Count("pk"), ours=Count("pk", filter=ours), oldest=Min("created_at"))
    if not found["ours"] and found["n"] < MANY_LATE:
        return None
    return {"mails": found["n"], "seconds": _seconds(now.at - found["oldest"])}


def jobs(now: Now) -> Facts | None:
    """Waiting jobs that no worker took, when they are many or one is old."""
    waiting = Job.objects.filter(finished_at__isnull=True, failed_at__isnull=True)
    idle = waiting.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now.at))
    found = idle.aggregate(n=Count("pk"), oldest=Min("created_at"))
    if found["n"] and (found["n"] >= MANY_JOBS or now.at - found["oldest"] > JOBS_LATE):
        return {"jobs": found["n"], "seconds": _seconds(now.at - found["oldest"])}
    return None


def errors(now: Now) -> Facts | None:
    """More than 2 % of the answers of the last five minutes were 5xx; not while maintenance answers 503 to everyone."""
    if stopped(Function.MAINTENANCE):
        return None
    answers = failures = 0
    for hour, (count, failed) in now.totals.items():
        earlier = now.before.get(hour, [0, 0])
        answers, failures = answers + count - earlier[0], failures + failed - earlier[1]
    if answers < LEAST_ANSWERS or failures <= answers * ERRORS_SHARE:
        return None
    return {"answers": answers, "failures": failures}


def backup(now: Now) -> Facts | None:
    """No good backup for more than a night (requirement D5). Where backups are taken: in prod."""
    if settings.APP_ENV != "prod":
        return None
    beat = Heartbeat.objects.filter(name="backup").first()
    return _older(now, beat.beat_at if beat else None, BACKUP_OLD)


def drill(now: Now) -> Facts | None:
    """No backup was proved for more than a week; one that failed raises `drill_failed` by itself."""
    if settings.APP_ENV != "prod":
        return None
    run = last_good("verify_backup")
    return _older(now, run.started_at if run else None, DRILL_OLD)


def cron(now: Now) -> Facts | None:
    """A command that the clock should start did not run, or never to its end."""
    if settings.APP_ENV == "dev":
        return None
    for kind, limit in CRON.items():
        last = OpsRun.objects.filter(kind=kind).aggregate(at=Max("finished_at"))["at"]
        if found := _older(now, last, limit):
            return {"kind": kind, **found}
    return None


CHECKS: dict[str, Callable[[Now], Facts | None]] = {
    "worker_silent": worker,
    "mail_late": mail,
    "jobs_late": jobs,
    "errors": errors,
    "backup_old": backup,
    "drill_old": drill,
    "cron_silent": cron,
}


def totals_at(at: datetime) -> Totals:
    """Answers and failures of this hour and the one before, all addresses and processes."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = Timing.objects.filter(kind=TimingKind.ADDRESS, hour__gte=hour - timedelta(hours=1), hour__lte=hour)
    sums = rows.values("hour").annotate(answers=Sum("count"), failed=Sum("failures")).order_by("hour")
    return {row["hour"].isoformat(): [row["answers"], row["failed"]] for row in sums}


def _older(now: Now, last: datetime | None, limit: timedelta) -> Facts | None:
    age = now.at - (last or now.since)
    return {"seconds": _seconds(age), "ever": last is not None} if age > limit else None


def _seconds(age: timedelta) -> int:
    return int(age.total_seconds())
