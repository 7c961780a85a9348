"""The classes of data of this app: sign-in, mail, trail, work, operation."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session as OldSession
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tenants.audit.models import AuditRecord
from tenants.jobs.models import Job
from tenants.outbox.models import DeadAddress, MailEvent, OutboxMail
from tenants.privacy.classes import RetentionClass, register
from tenants.signin.models import OneTimeLink, Purpose, Session
from tenants.throttle.models import Throttle
from tenants.upkeep.models import Alarm, OpsRun, Timing

PERSONAL_TARGETS = (
    "athlete", "user", "team", "membership", "onetimelink", "entry", "incidentcontact", "deadaddress",
)  # fmt: skip
"""Rows whose values in the trail are about people."""
ERASED_AT = "@erased.invalid"
"""How the address of somebody who was erased ends."""
MAIL_GONE = "erased-{}" + ERASED_AT


def before(model: Any, name: str) -> Callable[[datetime, datetime], QuerySet]:
    """Rows whose moment `name` is past."""
    return lambda limit, _now: model._default_manager.filter(**{f"{name}__lt": limit})


def _links(limit: datetime, _now: datetime) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(expires_at__lt=limit).exclude(purpose=Purpose.REGISTER)


def _registrations(limit: datetime, _now: datetime) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(expires_at__lt=limit, purpose=Purpose.REGISTER)


def _jobs(limit: datetime, _now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(Q(finished_at__lt=limit) | Q(failed_at__lt=limit))


def _mails(limit: datetime, _now: datetime) -> QuerySet[OutboxMail]:
    over = OutboxMail.objects.filter(Q(sent_at__lt=limit) | Q(failed_at__lt=limit))
    return over.exclude(to__endswith=ERASED_AT, last_error="")


def _empty_mails(rows: Sequence[OutboxMail], at: datetime) -> int:
    """Who was written to, and about what, goes; that a mail of this kind left then stays."""
    for row in rows:
        row.to, row.context, row.last_error, row.provider_id = MAIL_GONE.format(row.pk), {}, "", ""
    return OutboxMail.objects.bulk_update(rows, ["to", "context", "last_error", "provider_id"])


def _trail(limit: datetime, _now: datetime) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.filter(at__lt=limit, target_type__in=PERSONAL_TARGETS)
    return rows.exclude(before={}, after={}, target_name="", why="")


def _empty_trail(rows: Sequence[AuditRecord], at: datetime) -> int:
    """Values, names and reasons go; verb, moment, target's number and who acted stay."""
    for row in rows:
        row.before, row.after, row.target_name, row.why = {}, {}, "", ""
    return AuditRecord.objects.bulk_update(rows, ["before", "after", "target_name", "why"])


EXPIRY, END, SENT = _("期限が切れてから"), _("終わってから"), _("送信してから")
GOES = _("削除します")

register(
    RetentionClass("sessions", _("サインインの状態"), EXPIRY, GOES, 0, most=30, is_short_lived=True, overdue=before(Session, "expire_date")),
    RetentionClass(
        "old_sessions", _("サインインの状態（以前の版）"), EXPIRY, GOES, 0, most=30, is_short_lived=True,
        overdue=before(OldSession, "expire_date"),
    ),
    RetentionClass("links", _("メールで送ったリンク"), EXPIRY, GOES, 7, most=90, is_short_lived=True, overdue=_links),
    RetentionClass("registrations", _("確認されなかった登録"), EXPIRY, GOES, 1, most=30, is_short_lived=True, overdue=_registrations),
    RetentionClass("throttle", _("試行回数の記録"), END, GOES, 0, most=30, is_short_lived=True, overdue=before(Throttle, "window_ends_at")),
    RetentionClass("jobs", _("裏で行った処理の記録"), END, GOES, 90, least=1, most=400, is_short_lived=True, overdue=_jobs),
    RetentionClass(
        "mails", _("送信メールの宛先と内容"), SENT, _("宛先と内容を消し、種類と日時を残します"), 90,
        least=7, most=400, overdue=_mails, clear=_empty_mails,
    ),
    RetentionClass(
        "mail_rows", _("送信メールの記録"), SENT, GOES, 1_095, least=90,
        overdue=lambda limit, _now: OutboxMail.objects.filter(Q(sent_at__lt=limit) | Q(failed_at__lt=limit)),
    ),
    RetentionClass(
        "mail_events", _("配信サービスからの通知"), _("受け取ってから"), GOES, 90, most=400, overdue=before(MailEvent, "at")
    ),
    RetentionClass(
        "dead_addresses", _("届かない宛先"), _("分かってから"), GOES, 730, least=30, overdue=before(DeadAddress, "since_at")
    ),
    RetentionClass(
        "trail_values", _("変更履歴のうち個人の値"), _("変更してから"), _("値・氏名・理由を消し、操作と日時を残します"), 400,
        least=90, overdue=_trail, clear=_empty_trail,
    ),
    RetentionClass("timings", _("所要時間の統計"), _("記録してから"), GOES, 90, least=7, overdue=before(Timing, "hour")),
    RetentionClass(
        "ops_runs", _("運用コマンドの記録"), END, GOES, 400, least=90, overdue=before(OpsRun, "finished_at")
    ),
    RetentionClass("alarms", _("解消した警報"), _("解消してから"), GOES, 400, least=30, overdue=before(Alarm, "cleared_at")),
)  # fmt: skip
