"""Looking once a minute, by one process of all: worker and web servers take turns, so that either notices the other's death."""

import logging
from datetime import datetime, timedelta
from typing import Any

from config.ops.alarms.checks import CHECKS, ERRORS_WITHIN, Now, Totals, totals_at
from config.ops.alarms.mails import send_mails
from config.telemetry import sentry
from config.telemetry.timing import Minute
from tenants.upkeep.actions import beat, clear_alarm, raise_alarm
from tenants.upkeep.models import Alarm, Heartbeat

log = logging.getLogger(__name__)

NAME = "alarms"
EVERY = timedelta(seconds=55)
"""A little less than a minute, which is how often each process comes by."""
SAMPLES = 8


def look(at: datetime) -> bool:
    """Raise and clear alarms, and tell of those that are new; whether it was this process's turn."""
    memory = _turn(at)
    if memory is None:
        return False
    now = _now(at, memory)
    opened = set(Alarm.objects.filter(cleared_at__isnull=True).values_list("name", flat=True))
    for name, check in CHECKS.items():
        found = check(now)
        if found is not None:
            raise_alarm(name, at=at, **found)
        elif name in opened:
            clear_alarm(name, at=at)
    memory["told"] = _tell(set(memory.get("told", [])), at)
    memory["samples"] = [*memory.get("samples", []), [at.isoformat(), now.totals]][-SAMPLES:]
    Heartbeat.objects.filter(name=NAME).update(facts=memory)
    return True


MINUTE = Minute(look)
"""What a web process does beside answering: it writes its timings and looks. Its thread is started after the fork."""


def _turn(at: datetime) -> dict[str, Any] | None:
    """What the last one to look remembered; None while somebody looked less than a minute ago."""
    mine = Heartbeat.objects.filter(name=NAME, beat_at__lte=at - EVERY).update(beat_at=at)
    row = Heartbeat.objects.filter(name=NAME).first()
    if row is None:
        beat(NAME, at=at, since=at.isoformat())
        return {"since": at.isoformat()}
    return dict(row.facts) if mine else None


def _now(at: datetime, memory: dict[str, Any]) -> Now:
    """With the totals as they were five minutes ago, or as near to that as anybody looked."""
    samples: list[tuple[str, Totals]] = [(then, totals) for then, totals in memory.get("samples", [])]
    totals = totals_at(at)
    old = [kept for then, kept in samples if at - datetime.fromisoformat(then) >= ERRORS_WITHIN - EVERY]
    before = old[-1] if old else (samples[0][1] if samples else totals)
    return Now(at, datetime.fromisoformat(memory.get("since", at.isoformat())), totals, before)


def _tell(told: set[int], at: datetime) -> list[int]:
    """Tell once of each alarm that was opened, whoever opened it, and once when it is over; those that are still open."""
    opened = {alarm.pk: alarm for alarm in Alarm.objects.filter(cleared_at__isnull=True)}
    for alarm in Alarm.objects.filter(pk__in=told - opened.keys()):
        log.info("alarm is over: %s", alarm.name)
        send_mails(alarm, at=at, is_over=True)
    for pk in sorted(opened.keys() - told):
        alarm = opened[pk]
        log.warning("alarm: %s", alarm.name)
        sentry.tell(f"[Nit-Sys] 警報 {alarm.name}", level="error", alarm=alarm.name)
        send_mails(alarm, at=at)
    return sorted(opened)
