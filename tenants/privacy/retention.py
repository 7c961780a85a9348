"""Clearing what has served its time, class by class, in small transactions (requirement P2)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from tenants.audit.actions import record
from tenants.models import User
from tenants.privacy.classes import RetentionClass, class_of, classes, days_kept
from tenants.privacy.models import RetentionRule
from tenants.refusal import Refused
from tenants.scope import across_tenants


class ClassRun(NamedTuple):
    """One class of a run: how many rows were overdue, cleared, and how many people were told that they soon will be."""

    kind: str
    title: str
    days: int
    overdue: int
    cleared: int
    told: int


def run(*, at: datetime, apply: bool, only: Collection[str] | None = None) -> list[ClassRun]:
    """Count what is overdue at `at`, and with `apply` clear it. Rows that somebody holds are left for the next run."""
    days = days_kept()
    with across_tenants():
        return [
            _run(one, timedelta(days=days[one.kind]), at=at, apply=apply)
            for one in classes()
            if (only is None or one.kind in only) and one.overdue is not None
        ]


def _run(one: RetentionClass, kept: timedelta, *, at: datetime, apply: bool) -> ClassRun:
    assert one.overdue is not None  # noqa: S101 - `run` asks only such classes
    rows = one.overdue(at - kept, at)
    overdue = rows.count()
    told = one.prepare(kept, at, apply) if one.prepare else 0
    cleared = _clear(one, rows, at) if apply and overdue else 0
    return ClassRun(one.kind, str(one.title), kept.days, overdue, cleared, told)


def _clear(one: RetentionClass, rows: QuerySet, at: datetime) -> int:
    """Batch by batch in the order of the primary key, each in a transaction of its own; no wait for a lock is longer
    than the connection's `lock_timeout`, and a row that is held is passed over."""
    cleared, last = 0, None
    while True:
        with transaction.atomic():
            window = rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__gt=last)
            batch = list(window.select_for_update(skip_locked=True, of=("self",))[: one.batch])
            if not batch:
                return cleared
            last = batch[-1].pk
            cleared += one.clear(batch, at)


@transaction.atomic
def change_days(kind: str, days: int, *, by: User) -> bool:
    """Keep data of this class so many days. Whether that is new. Raises Refused("retention_days") outside its bounds."""
    one = class_of(kind)
    if not one.least <= days <= one.most:
        raise Refused("retention_days", least=one.least, most=one.most)
    before = days_kept()[kind]
    if before == days:
        return False
    rule, _is_new = RetentionRule.objects.update_or_create(kind=kind, defaults={"days": days})
    record("retention.changed", rule, by=by, before={"days": before}, after={"days": days})
    return True
