"""What dies in silence is noticed within ten minutes by whoever still lives, and told once (requirement O4)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.ops.alarms import checks, watch
from config.ops.alarms.wording import WORDS
from config.runtime import heartbeat
from config.runtime.heartbeat import HeartbeatTimer
from config.telemetry import sentry
from tenants.jobs.models import Job
from tenants.models import IncidentContact, Tenant
from tenants.outbox.actions import enqueue
from tenants.outbox.models import OutboxMail
from tenants.switches.models import Function, Switch
from tenants.switches.queries import Watch
from tenants.upkeep import timings
from tenants.upkeep.actions import beat, raise_alarm
from tenants.upkeep.models import Alarm, Heartbeat, OpsRun
from tenants.upkeep.timings import Sums

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """prod, somebody to mail, and what Sentry was told."""
    messages: list[str] = []
    settings.APP_ENV, settings.ALARM_EMAILS = "prod", ["ops@example.com"]

    def tell(message: str, **facts: Any) -> str:
        messages.append(message)
        return ""

    monkeypatch.setattr(sentry, "tell", tell)
    return messages


@pytest.fixture
def start(now: datetime) -> datetime:
    """All is well: worker, backup, drill and cron were here a moment ago."""
    watch.look(now)
    everything_lives(now)
    return now


def everything_lives(at: datetime, but: str = "") -> None:
    for name in {"worker", "backup"} - {but}:
        beat(name, at=at)
    for kind in {"verify_backup", "retention", "weekly_check"} - {but}:
        OpsRun.objects.create(kind=kind, started_at=at, finished_at=at, succeeded=True)


def opened() -> set[str]:
    return set(Alarm.objects.filter(cleared_at__isnull=True).values_list("name", flat=True))


def minutes(start: datetime, until: timedelta, each: Callable[[datetime], None] = lambda at: None) -> None:
    """Somebody looks each minute."""
    at = start
    while at < start + until:
        at += MINUTE
        each(at)
        watch.look(at)


def stop_worker(start: datetime) -> timedelta:
    return timedelta(minutes=5)


def stop_mail(start: datetime) -> timedelta:
    enqueue("x", to="a@example.com", key="k", context={}, at=start)
    OutboxMail.objects.filter(kind="x").update(created_at=start)
    return checks.MAIL_LATE


def stop_backup(start: datetime) -> timedelta:
    Heartbeat.objects.filter(name="backup").update(beat_at=start - checks.BACKUP_OLD)
    return timedelta(0)


def stop_cron(start: datetime) -> timedelta:
    OpsRun.objects.filter(kind="retention").update(finished_at=start - checks.CRON["retention"])
    return timedelta(0)


def stop_drill(start: datetime) -> timedelta:
    OpsRun.objects.filter(kind="verify_backup").update(started_at=start - checks.DRILL_OLD)
    return timedelta(0)


def stop_jobs(start: datetime) -> timedelta:
    Job.objects.bulk_create([Job(kind="x") for _ in range(checks.MANY_JOBS)])
    return timedelta(0)


SILENT = {
    "worker_silent": stop_worker,
    "mail_late": stop_mail,
    "backup_old": stop_backup,
    "cron_silent": stop_cron,
    "drill_old": stop_drill,
    "jobs_late": stop_jobs,
}


@pytest.mark.parametrize("name", SILENT)
def test_what_stops_is_told_once_within_ten_minutes_of_its_limit(start: datetime, told: list[str], name: str) -> None:
    limit = SILENT[name](start)
    lives = (lambda at: beat("worker", at=at)) if name != "worker_silent" else (lambda at: None)
    minutes(start, limit + timedelta(minutes=10), lives)
    assert opened() == {name}
    assert told == [f"[Nit-Sys] 警報 {name}"]
    assert OutboxMail.objects.filter(kind="ops.alarm").count() == 1
    assert Alarm.objects.get().raised_at <= start + limit + 2 * MINUTE


def test_while_all_is_well_nobody_is_told(start: datetime, told: list[str]) -> None:
    minutes(start, timedelta(minutes=20), lambda at: beat("worker", at=at))
    assert (opened(), told) == (set(), [])


def test_what_never_gave_a_sign_counts_from_when_watching_began(now: datetime) -> None:
    minutes(now, timedelta(minutes=4))
    assert opened() == set()
    minutes(now + timedelta(minutes=4), timedelta(minutes=3))
    assert opened() == {"worker_silent"}


def test_it_is_over_when_the_worker_is_back_and_that_is_told_too(start: datetime) -> None:
    minutes(start, timedelta(minutes=7))
    assert opened() == {"worker_silent"}
    minutes(start + timedelta(minutes=7), 2 * MINUTE, lambda at: beat("worker", at=at))
    assert opened() == set()
    keys = list(OutboxMail.objects.order_by("pk").values_list("key", flat=True))
    pk = Alarm.objects.get().pk
    assert keys == [f"alarm:{pk}", f"alarm.over:{pk}"]


def test_the_mail_about_a_silent_worker_does_not_wait_for_the_worker(start: datetime) -> None:
    minutes(start, timedelta(minutes=7))
    (message,) = mail.outbox
    assert message.to == ["ops@example.com"]
    assert "ワーカーが動いていません" in message.subject
    assert "/admin/status/" in message.body
    assert OutboxMail.objects.get().sent_at is not None


def test_when_the_mail_cannot_leave_it_stays_and_sentry_knows(start: datetime, told: list[str], settings: Any) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    minutes(start, timedelta(minutes=7))
    assert told == ["[Nit-Sys] 警報 worker_silent"]
    assert OutboxMail.objects.get().sent_at is None


def test_without_addresses_the_incident_contacts_are_mailed_but_no_hosts_own(start: datetime, settings: Any) -> None:
    settings.ALARM_EMAILS = []
    host = Tenant.objects.create(slug="h", name="h")
    for position, (email, tenant) in enumerate([("b@example.com", None), ("", None), ("h@example.com", host)]):
        IncidentContact.objects.create(role="r", name="n", email=email, tenant=tenant, position=position)
    minutes(start, timedelta(minutes=7))
    assert list(OutboxMail.objects.values_list("to", flat=True)) == ["b@example.com"]


def test_what_others_raise_is_told_too(start: datetime, told: list[str]) -> None:
    raise_alarm("backup_failed", at=start, reason="disk")
    minutes(start, 3 * MINUTE)
    assert told == ["[Nit-Sys] 警報 backup_failed"]
    assert opened() == {"backup_failed"}


def answers(at: datetime, count: int, failed: int) -> None:
    timings.add([Sums(at.replace(minute=0, second=0, microsecond=0), "address", "/", count, failed, 1.0, 1.0)])


def serving(count: int, failed: int) -> Callable[[datetime], None]:
    """The worker lives, and so much was answered since the last minute."""

    def serve(at: datetime) -> None:
        beat("worker", at=at)
        answers(at, count, failed)

    return serve


@pytest.mark.parametrize(("failed", "rings"), [(2, False), (3, True)])
def test_more_than_two_per_cent_of_errors_in_five_minutes_ring(start: datetime, failed: int, rings: bool) -> None:
    minutes(start, timedelta(minutes=20), serving(100, 0))
    assert opened() == set()
    minutes(start + timedelta(minutes=20), timedelta(minutes=6), serving(100, failed))
    assert ("errors" in opened()) == rings


def test_few_errors_among_few_answers_do_not_ring(start: datetime) -> None:
    minutes(start, timedelta(minutes=6), serving(2, 1))
    assert opened() == set()


def test_errors_of_the_hour_before_do_not_ring_for_ever(start: datetime) -> None:
    answers(start, 1000, 500)
    minutes(start, timedelta(minutes=2), lambda at: beat("worker", at=at))
    minutes(start + 2 * MINUTE, timedelta(minutes=10), serving(100, 0))
    assert "errors" not in opened()


def test_maintenance_is_no_alarm(start: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = Switch.objects.create(function=Function.MAINTENANCE, stopped_at=start)
    monkeypatch.setattr("tenants.switches.queries.WATCH", Watch(known=[switch]))
    minutes(start, timedelta(minutes=8), serving(100, 100))
    assert opened() == set()


def test_one_stubborn_recipient_wakes_nobody(start: datetime) -> None:
    enqueue("x", to="a@example.com", key="k", context={}, at=start)
    later = {"created_at": start - timedelta(hours=2), "attempts": 5, "next_attempt_at": start + timedelta(hours=6)}
    OutboxMail.objects.update(**later)
    minutes(start, timedelta(minutes=3))
    assert opened() == set()


def test_on_a_developers_machine_backups_and_cron_are_not_missed(now: datetime, settings: Any) -> None:
    settings.APP_ENV = "dev"
    beat("alarms", at=now, since=(now - timedelta(days=30)).isoformat())
    beat("worker", at=now + 2 * MINUTE)
    watch.look(now + 2 * MINUTE)
    assert opened() == set()


def test_of_all_processes_one_looks_each_minute(start: datetime) -> None:
    at = start + MINUTE
    assert [watch.look(at), watch.look(at), watch.look(at + timedelta(seconds=30))] == [True, False, False]
    assert watch.look(at + MINUTE)


def test_a_look_costs_few_queries_and_one_that_is_not_its_turn_two(start: datetime) -> None:
    with CaptureQueriesContext(connection) as seen:
        watch.look(start + MINUTE)
    assert len(seen) <= 14
    with CaptureQueriesContext(connection) as seen:
        watch.look(start + MINUTE)
    assert len(seen) <= 2


def test_each_alarm_has_words_and_what_to_do() -> None:
    assert set(checks.CHECKS) < set(WORDS)
    assert all(str(name) and str(todo) for name, todo in WORDS.values())


def test_the_worker_gives_a_sign_each_minute_and_pings_outside(
    settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    called: list[str] = []
    monkeypatch.setattr(heartbeat, "_call", called.append)
    settings.WORKER_PING_URL = "https://ping.example/worker"
    one = HeartbeatTimer(watch.look)
    one.mail_lives = True
    assert [one.sign(now), one.sign(now + timedelta(seconds=59)), one.sign(now + MINUTE)] == [True, False, True]
    assert one.pinging is not None
    one.pinging.join(5)
    assert called == ["https://ping.example/worker"] * 2
    assert dict(Heartbeat.objects.filter(name__in=["worker", "mail"]).values_list("name", "beat_at")) == {
        "worker": now + MINUTE,
        "mail": now + MINUTE,
    }


def test_a_ping_that_hangs_or_fails_holds_nothing_up(settings: Any, now: datetime) -> None:
    settings.WORKER_PING_URL = "http://127.0.0.1:9/nobody"
    one = HeartbeatTimer(watch.look)
    assert one.sign(now)
    assert one.pinging is not None
    one.pinging.join(5)
    assert not one.pinging.is_alive()
