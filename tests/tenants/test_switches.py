"""Switches: what is stopped, how the site knows of it, and the worker while nothing may be written."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from config.ops.alarms.watch import look
from config.runtime.worker import IDLE_SECONDS, Worker
from tenants.jobs.models import Job
from tenants.models import AuditRecord, OutboxMail, Switch, User
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.switches import actions, queries, rules
from tenants.switches.models import Function
from tenants.wording import say
from tests.closed_site import close

pytestmark = pytest.mark.django_db


def test_a_stopped_function_says_why_and_until_when(now: datetime) -> None:
    rules.check_not_stopped(Function.UPLOADS)
    close(Function.UPLOADS, message="読み取りの不具合を直しています。", back_at=now + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        rules.check_not_stopped(Function.UPLOADS)
    assert refused.value.code == "stopped"
    assert "読み取りの不具合を直しています。 再開予定:" in say(refused.value)
    rules.check_not_stopped(Function.DRAFTING)


def test_stopping_twice_changes_what_is_said_and_not_since_when(now: datetime, admin: User) -> None:
    assert actions.stop(Function.UPLOADS, by=admin, at=now, message="a")
    assert not actions.stop(Function.UPLOADS, by=admin, at=now + timedelta(hours=1), message="a")
    assert actions.stop(Function.UPLOADS, by=admin, at=now + timedelta(hours=1), message="b")
    switch = Switch.objects.get()
    assert (switch.stopped_at, switch.message) == (now, "b")
    assert actions.resume(Function.UPLOADS, by=admin)
    assert not actions.resume(Function.UPLOADS, by=admin)
    trail = AuditRecord.objects.order_by("pk").values_list("verb", "actor")
    assert list(trail) == [(f"switch.{verb}", admin.pk) for verb in ("stopped", "said", "resumed")]
    assert AuditRecord.objects.earliest("pk").after["message"] == "a"


def test_a_time_that_is_past_and_a_message_that_is_too_long_are_refused(now: datetime) -> None:
    with pytest.raises(Refused):
        actions.stop(Function.UPLOADS, by=None, at=now, back_at=now)
    with pytest.raises(Refused):
        actions.stop(Function.UPLOADS, by=None, at=now, message="x" * 301)
    assert queries.stopped_now() == []


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(None, 300), (-1, 300), (0.1, 30), (20, 1200), (60 * 24 * 30, 24 * 3600)]
)
def test_programs_are_told_when_to_come_back(now: datetime, minutes: float | None, seconds: int) -> None:
    back = None if minutes is None else now + timedelta(minutes=minutes)
    assert rules.retry_after(Switch(function="uploads", back_at=back), at=now) == seconds


def test_switches_are_read_once_and_then_known(django_assert_num_queries: Any) -> None:
    close(Function.UPLOADS)
    with django_assert_num_queries(1):
        assert [queries.stopped(Function.UPLOADS) is not None for _ in range(50)] == [True] * 50


def test_what_another_process_switched_is_seen_after_a_second(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    clock = [100.0]
    monkeypatch.setattr(queries, "monotonic", lambda: clock[0])
    monkeypatch.setattr(queries, "EVERY_SECONDS", 1.0)
    watch = queries.Watch()
    assert watch.now() == []
    Switch.objects.create(function=Function.UPLOADS, stopped_at=now)
    clock[0] += 0.9
    assert watch.now() == []
    clock[0] += 0.2
    assert [switch.function for switch in watch.now()] == ["uploads"]


def test_while_one_thread_reads_the_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = queries.Watch(known=[])
    monkeypatch.setattr(queries, "EVERY_SECONDS", -1.0)
    reading, done, ended = threading.Event(), threading.Event(), list[bool]()

    def slow() -> None:
        reading.set()
        ended.append(done.wait(20))

    monkeypatch.setattr(watch, "_read", slow)
    thread = threading.Thread(target=watch.now)
    thread.start()
    assert reading.wait(20)
    assert watch.now() == []
    done.set()
    thread.join()
    assert ended == [True], "the second look waited until the first one gave up"


def test_inside_a_transaction_a_broken_read_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise DatabaseError

    with connection.execute_wrapper(broken), pytest.raises(DatabaseError):
        queries.Watch().now()


@pytest.fixture
def promised(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that waits to be sent, and a worker that leaves the test's connection open."""
    monkeypatch.setitem(contents._contents, "test", lambda context: contents.Letter("件名", "本文"))
    monkeypatch.setattr("config.runtime.worker.close_old_connections", lambda: None)
    enqueue("test", to="a@example.com", key="k", context={}, at=now)


def test_while_writing_is_stopped_the_worker_rests_and_goes_on_afterwards(promised: None, now: datetime) -> None:
    Job.objects.create(kind="nothing", args={})
    close(Function.READ_ONLY)
    one = Worker(watch=look)
    assert one.step() == IDLE_SECONDS
    assert one.rounds.next_at == {}
    assert not one.jobs.start_due(at=now)
    assert (OutboxMail.objects.get().attempts, Job.objects.get().attempts) == (0, 0)
    with pytest.raises(CommandError, match="read_only"):
        call_command("run_worker", "--once")
    Job.objects.all().delete()
    actions.resume(Function.READ_ONLY, by=None)
    one.step()
    assert OutboxMail.objects.get().sent_at is not None


def test_maintenance_alone_lets_the_worker_send_what_was_promised(promised: None) -> None:
    close(Function.MAINTENANCE)
    Worker(watch=look).step()
    assert OutboxMail.objects.get().sent_at is not None
