"""What the status page shows. Reads only; a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from config.ops.alarms import checks
from config.ops.alarms.wording import about, name_of, what_to_do
from config.ops.runs import outcome_of
from entries.meet.standing import time_left
from tenants.jobs.models import Job
from tenants.outbox.models import OutboxMail
from tenants.upkeep.models import Alarm, Heartbeat, OpsRun

RUNS_SHOWN = 12
CLEARED_SHOWN = 5
DAY = timedelta(days=1)
SIGNS: dict[str, tuple[Promise, timedelta]] = {
    "worker": (_("ワーカー"), checks.WORKER_SILENT),
    "mail": (_("メール送信"), timedelta(minutes=15)),
    "alarms": (_("監視"), checks.WORKER_SILENT),
    "backup": (_("バックアップ"), checks.BACKUP_OLD),
    "verify_backup": (_("復元演習"), checks.DRILL_OLD),
    "retention": (_("保存期間の処理"), checks.CRON["retention"]),
}
"""What gives signs of life, and after how long without one it counts as silent."""
ALWAYS = ("worker", "mail", "alarms")
"""Shown as silent even when they never gave one: without them the site is not whole. The others depend on how it runs."""
KINDS: dict[str, Promise] = {
    "backup": _("バックアップ"), "verify_backup": _("復元演習"), "retention": _("保存期間の処理"),
    "weekly_check": _("週次の確認"), "pre_meet_check": _("大会前の確認"), "performance_report": _("性能の報告"),
    "loadtest": _("負荷テスト"), "export_meet": _("大会の書き出し"), "purge_meet": _("大会データの整理"),
    "restore": _("復元"), "preflight": _("公開前の確認"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """One that should be alive: chip, and when it last was."""

    name: str
    chip: str
    word: str
    at: datetime | None
    age: str


@dataclass(frozen=True, slots=True)
class AlarmLine:
    alarm: Alarm
    name: str
    about: str
    todo: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """The last run of a kind."""

    run: OpsRun
    kind: str
    chip: str
    word: str


def page_of(at: datetime) -> dict[str, Any]:
    """What the status page shows at that moment. Six queries."""
    opened = Alarm.objects.filter(cleared_at__isnull=True)
    cleared = Alarm.objects.filter(cleared_at__isnull=False).order_by("-cleared_at", "-pk")[:CLEARED_SHOWN]
    return {
        "now": at,
        "signs": list(_signs(at)),
        "alarms": [AlarmLine(row, name_of(row.name), about(row), what_to_do(row.name)) for row in opened],
        "cleared": [AlarmLine(row, name_of(row.name), "", "") for row in cleared],
        "runs": [_run_line(run) for run in _last_runs()],
        "queues": _queues(at),
    }


def _signs(at: datetime) -> Iterator[Sign]:
    beats = {row.name: row.beat_at for row in Heartbeat.objects.all()}
    for code in [*SIGNS, *sorted(beats.keys() - SIGNS)]:
        word, limit = SIGNS.get(code, (code, None))
        seen = beats.get(code)
        if seen is None:
            if code in ALWAYS:
                yield Sign(str(word), "bad", say("記録なし"), None, "")
            continue
        is_silent = limit is not None and at - seen > limit
        chip = "off" if limit is None else "bad" if is_silent else "ok"
        state = say("記録") if limit is None else say("応答なし") if is_silent else say("動作中")
        yield Sign(str(word), chip, state, seen, say("%(age)s前") % {"age": time_left(at - seen)})


def _last_runs() -> list[OpsRun]:
    """The newest of each kind, the newest kind first."""
    found: dict[str, OpsRun] = {}
    for run in OpsRun.objects.order_by("-started_at", "-pk")[:200]:
        found.setdefault(run.kind, run)
    return list(found.values())[:RUNS_SHOWN]


def _run_line(run: OpsRun) -> RunLine:
    return RunLine(run, str(KINDS.get(run.kind, run.kind)), *outcome_of(run))


def _queues(at: datetime) -> list[tuple[str, str]]:
    mails = OutboxMail.objects.filter(Q(sent_at__isnull=True) | Q(sent_at__gte=at - DAY)).aggregate(
        waiting=Count("pk", filter=Q(sent_at__isnull=True, failed_at__isnull=True)),
        oldest=Min("created_at", filter=Q(sent_at__isnull=True, failed_at__isnull=True)),
        sent=Count("sent_at"),
        failed=Count("pk", filter=Q(failed_at__gte=at - DAY)),
    )
    jobs = Job.objects.filter(Q(finished_at__isnull=True)).aggregate(
        waiting=Count("pk", filter=Q(failed_at__isnull=True)), failed=Count("pk", filter=Q(failed_at__gte=at - DAY))
    )
    mail_n, job_n = say("%(n)d通"), say("%(n)d件")
    oldest = say("（最も古いものは%(age)s前）") % {"age": time_left(at - mails["oldest"])} if mails["oldest"] else ""
    return [
        (say("送信待ちのメール"), mail_n % {"n": mails["waiting"]} + oldest),
        (say("24時間以内に送ったメール"), mail_n % {"n": mails["sent"]}),
        (say("24時間以内に送信を諦めたメール"), mail_n % {"n": mails["failed"]}),
        (say("待っている処理・実行中の処理"), job_n % {"n": jobs["waiting"]}),
        (say("24時間以内に失敗した処理"), job_n % {"n": jobs["failed"]}),
    ]
