"""Nothing personal reaches Sentry when it breaks outside a request either: in a thread, a job, a mail, a command."""

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from config.ops.alarms.watch import look
from config.runtime import job_threads
from config.runtime.worker import Worker
from tenants.jobs import work
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tests.config.child import CHILD, MAIL, NAME
from tests.config.telemetry.sentry.breaks import import_row, wrong_value
from tests.config.telemetry.sentry.pages import Start, leaks


def in_a_thread() -> None:
    thread = threading.Thread(target=wrong_value, args=())
    thread.start()
    thread.join()


def in_a_job() -> None:
    def spoil(job: Any, report: Any) -> None:
        raise ValueError(f"{job.args} {CHILD}")

    work._functions["canary"] = spoil
    try:
        work.enqueue("canary", tenant=None, by=None, who=CHILD)
        job = work.claim(at=timezone.now())
        assert job is not None
        work.run(job)
    except ValueError:
        job_threads._log_error(threading.ExceptHookArgs([*sys.exc_info(), threading.current_thread()]))
    finally:
        del work._functions["canary"]


def in_a_mail() -> None:
    def write(context: dict[str, Any]) -> contents.Letter:
        raise KeyError(f"{context} {CHILD}")

    contents._contents["canary"] = write
    try:
        enqueue("canary", to=MAIL, key="k", context={"name": NAME}, at=timezone.now())
        Worker(watch=look).postman.deliver_next(at=timezone.now())
    finally:
        del contents._contents["canary"]


def in_a_command() -> None:
    """What Python calls at the end of a command that broke."""
    try:
        import_row()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)


OUTSIDE = (in_a_thread, in_a_job, in_a_mail, in_a_command)


@pytest.mark.django_db
@pytest.mark.parametrize("how", OUTSIDE, ids=lambda how: how.__name__)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_outside_a_request_too(start: Start, how: Callable[[], None]) -> None:
    kept = start()
    how()
    assert leaks(kept.bodies) == set()
    assert any("exception" in event and event["tags"]["request_id"] for event in kept.events)
