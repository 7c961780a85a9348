"""What the daily run does with people and meets whose time is over, and when an account's is."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Coalesce, Concat, Greatest
from django.utils.translation import gettext_lazy as _

from entries.archive.erasing import end_late, erase
from entries.archive.mails import UNUSED, WARNED_BEFORE
from entries.archive.purging import purge_meet
from entries.records.subjects import subject_of
from tenants.models import Role, User
from tenants.outbox.actions import enqueue
from tenants.outbox.models import OutboxMail
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import ERASED_AT
from tenants.refusal import Refused

WHY = "retention"


def purged(rows: Sequence[Any], at: datetime) -> int:
    """Purge meets; how many. A meet whose own calendar is a day behind ours is left for tomorrow."""
    count = 0
    for meet in rows:
        with suppress(Refused):
            purge_meet(meet, by=None, at=at, why=WHY, without_export=True)
            count += 1
    return count


def erased(rows: Sequence[Model], at: datetime) -> int:
    """Erase people; how many. Who is still expected somewhere, or is a team's last member before its meet, is left for
    another day. Of who was erased before, what came through meanwhile ends."""
    count = 0
    for row in rows:
        with suppress(Refused):
            if subject_of(row).has_gone(row):
                end_late([row], at=at)
            else:
                erase(row, by=None, at=at, why=WHY)
            count += 1
    return count


def _idle(limit: datetime) -> QuerySet[User]:
    """Coaches and athletes who have not signed in since `limit`, with `used_at`."""
    rows = User.objects.filter(role=Role.NONE).exclude(email__endswith=ERASED_AT)
    used = Coalesce(F("last_login"), F("created_at"))
    return rows.annotate(used_at=Greatest(used, F("created_at"))).filter(used_at__lt=limit)


def _unused_accounts(limit: datetime, now: datetime) -> QuerySet[User]:
    """Idle, and told so at least thirty days ago and since they were last used. Who was shut out is not told: they
    could not sign in to stay."""
    begins = Concat(Value(f"{UNUSED}:"), Cast(OuterRef("pk"), CharField()), Value(":"))
    told = OutboxMail.objects.filter(kind=UNUSED, key__startswith=begins, created_at__lte=now - WARNED_BEFORE)
    return _idle(limit).filter(Q(is_active=False) | Exists(told.filter(created_at__gt=OuterRef("used_at"))))


def _warn(kept: timedelta, now: datetime, apply: bool) -> int:
    """Tell those whose account will be erased in thirty days, once for each time that they fell silent."""
    begins = Concat(Value(f"{UNUSED}:"), Cast(OuterRef("pk"), CharField()), Value(":"))
    told = OutboxMail.objects.filter(kind=UNUSED, key__startswith=begins, created_at__gt=OuterRef("used_at"))
    silent = _idle(now - kept + WARNED_BEFORE).filter(~Exists(told), is_active=True).order_by("pk")
    if not apply:
        return silent.count()
    count = 0
    for user in silent.iterator(500):
        since = user.used_at  # type: ignore[attr-defined]
        enqueue(
            UNUSED,
            to=user.email,
            key=f"{UNUSED}:{user.pk}:{since:%Y%m%d}",
            at=now,
            language=user.language,
            context={"user": user.pk, "since": since.isoformat()},
        )
        count += 1
    return count


register(
    RetentionClass(
        "accounts", _("使われていないアカウント"), _("最後のサインインから（30日前にメールで知らせます）"),
        _("氏名と連絡先を消し、サインインできなくします"), 1_095, least=180, overdue=_unused_accounts, clear=erased,
        prepare=_warn, batch=20,
    )
)  # fmt: skip
