"""Workers that share jobs, and progress that is seen before the job's own transaction is over."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.ops.alarms import watch
from config.runtime.job_threads import JobThreads
from config.runtime.worker import Worker
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.jobs.work import Report, claim, enqueue
from tenants.outbox import actions as mails
from tenants.outbox import contents

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_workers_claim_fifty_jobs_once_each() -> None:
    work._functions.setdefault("nothing", lambda job, report: None)
    jobs = {enqueue("nothing", tenant=None, by=None).pk for _ in range(50)}

    def take() -> list[int]:
        found = []
        while (job := claim(at=timezone.now())) or Job.objects.filter(leased_until=None).exists():
            if job:
                found.append(job.pk)
        connection.close()
        return found

    with ThreadPoolExecutor(20) as pool:
        taken = [pk for share in [pool.submit(take) for _ in range(20)] for pk in share.result()]
    assert sorted(taken) == sorted(jobs)


def until(go: threading.Event) -> Callable[[Job, Report], None]:
    """Work that goes on until it is told to end."""

    def wait(job: Job, report: Report) -> None:
        go.wait(30)

    return wait


def test_a_job_that_outlives_the_patience_of_a_stop_is_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    go, job_threads = threading.Event(), JobThreads()
    monkeypatch.setattr("config.runtime.job_threads.STOP_SECONDS", 0.1)
    work._functions["stuck"] = until(go)
    job = enqueue("stuck", tenant=None, by=None)
    assert job_threads.start_due(at=timezone.now())
    job_threads.finish()
    job.refresh_from_db()
    assert (job.leased_until, job.attempts, job.is_over) == (None, 0, False)
    go.set()
    for thread in job_threads.running:
        thread.join()


def test_a_stop_waits_for_what_is_nearly_through() -> None:
    go, job_threads = threading.Event(), JobThreads()
    work._functions["short"] = until(go)
    job = enqueue("short", tenant=None, by=None)
    assert job_threads.start_due(at=timezone.now())
    threading.Timer(0.2, go.set).start()
    job_threads.finish()
    job.refresh_from_db()
    assert job.finished_at is not None


def test_a_mail_server_that_is_away_keeps_no_job_waiting(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    contents._contents.setdefault("test", lambda context: contents.Letter("a", "b"))
    mails.enqueue("test", to="a@example.com", key="k", context={}, at=timezone.now())
    worker = Worker(watch=watch.look)
    work._functions["stopper"] = lambda job, report: worker.stop.ask()
    assert worker.step() > 1
    enqueue("stopper", tenant=None, by=None)
    worker.rest(60)
    worker.jobs.finish()
    assert Job.objects.get().finished_at is not None


def test_progress_is_seen_while_the_jobs_transaction_is_open_and_gone_work_leaves_no_rows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[int] = []

    def long(job: Job, report: Report) -> None:
        with transaction.atomic():
            Job.objects.create(kind="made-by-the-job")
            report(4, 10)
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(look, job.pk).result())
            raise ZeroDivisionError("a fault")

    def look(pk: int) -> int:
        done = Job.objects.get(pk=pk).done
        connection.close()
        return done

    work._functions["long"] = long
    job = enqueue("long", tenant=None, by=None)
    threads = JobThreads()
    threads.drain()
    job.refresh_from_db()
    assert (seen, job.done, Job.objects.count(), job.failed_at is not None) == ([4], 4, 1, True)
    assert "ended with ZeroDivisionError" in caplog.text
