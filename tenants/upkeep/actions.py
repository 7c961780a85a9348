"""Noting signs of life, runs and alarms. None of it is personal data: `facts` hold counts, sizes, seconds, names of things."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.upkeep.models import Alarm, Heartbeat, OpsRun


def beat(name: str, *, at: datetime, **facts: Any) -> None:
    """Note that `name` was alive at `at`. One statement, so that several processes may beat for the same name."""
    row = Heartbeat(name=name, beat_at=at, facts=facts)
    Heartbeat.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at", "facts"]
    )


@contextmanager
def noted(kind: str) -> Iterator[OpsRun]:
    """Note one run of `kind`: its caller fills `facts`. Whatever it raises marks the run as failed and comes through."""
    run = OpsRun.objects.create(kind=kind, started_at=timezone.now(), release=settings.RELEASE)
    succeeded = False
    try:
        yield run
        succeeded = True
    finally:
        run.finished_at = timezone.now()
        run.succeeded = succeeded and run.succeeded is not False
        run.save(update_fields=["finished_at", "succeeded", "facts"])


def raise_alarm(name: str, *, at: datetime, **facts: Any) -> bool:
    """Open the alarm `name`, or keep it open with newer facts; whether it is new, so that people are told once.

    Of two processes that raise it at once, the unique constraint lets one be the first.
    """
    if Alarm.objects.filter(name=name, cleared_at__isnull=True).update(facts=facts):
        return False
    try:
        with transaction.atomic():
            Alarm.objects.create(name=name, raised_at=at, facts=facts)
    except IntegrityError:
        return False
    return True


def clear_alarm(name: str, *, at: datetime) -> bool:
    """Close the open alarm `name`; whether there was one."""
    return bool(Alarm.objects.filter(name=name, cleared_at__isnull=True).update(cleared_at=at))
