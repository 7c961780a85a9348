"""The worker's step: mail, and what the clock asks for."""

import signal
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from config.env import ENV, UNKNOWN_ADDRESS, Env
from config.management.commands import run_worker
from config.ops.alarms.watch import look
from config.runtime import worker as module
from config.runtime.worker import IDLE_SECONDS, MAIL_AWAY, Worker
from tenants.jobs import periodic
from tenants.models import OneTimeLink, OutboxMail, Throttle
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tenants.signin.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))
    monkeypatch.setattr(module, "close_old_connections", lambda: None)


@pytest.fixture
def signals() -> Any:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def put(count: int) -> None:
    for number in range(count):
        enqueue("test", to=f"{number}@example.com", key="k", context={}, at=timezone.now())


def test_a_step_sends_all_that_is_due_and_then_rests() -> None:
    put(3)
    assert Worker(watch=look).step() == IDLE_SECONDS
    assert [message.to for message in mail.outbox] == [[f"{number}@example.com"] for number in range(3)]


def test_while_the_mail_server_is_away_the_waits_grow_to_five_minutes(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    put(1)
    one = Worker(watch=look)
    assert [one.step() for _ in range(5)] == [60, 120, 300, 300, 300]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert one.step() == IDLE_SECONDS
    assert OutboxMail.objects.get().sent_at is not None
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    enqueue("test", to="new@example.com", key="k", context={}, at=timezone.now())
    assert one.step() == MAIL_AWAY[0]


def test_asked_to_stop_it_sends_no_more() -> None:
    put(2)
    one = Worker(watch=look)
    one.on_signal(signal.SIGTERM, None)
    one.run()
    assert mail.outbox == []
    assert OutboxMail.objects.filter(leased_until=None, sent_at=None).count() == 2


def test_expired_rows_go_and_others_stay() -> None:
    now = timezone.now()
    for number, days in enumerate((-8, -6, 1)):
        OneTimeLink.objects.create(
            purpose="reset", token_hash=str(number), email="a@example.com", expires_at=now + timedelta(days=days)
        )
        Throttle.objects.create(key=str(number), window_ends_at=now + timedelta(days=days))
        Session.objects.create(session_key=str(number), session_data="", expire_date=now + timedelta(days=days))
    Worker(watch=look).rounds.make(at=now)
    assert sorted(OneTimeLink.objects.values_list("token_hash", flat=True)) == ["1", "2"]
    assert [Throttle.objects.get().key, Session.objects.get().session_key] == ["2", "2"]


TEN = timedelta(minutes=10)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    """What is asked of everything that is looked for every ten minutes, in place of doing it."""
    found: list[tuple[str, datetime]] = []

    def noting(name: str, work: periodic.Periodic) -> periodic.Periodic:
        def note(*, at: datetime) -> int:
            found.append((name, at))
            return len(found) - 1

        return work._replace(function=note)

    known = {name: noting(name, work) for name, work in periodic._known.items() if work.every >= TEN}
    monkeypatch.setattr(periodic, "_known", known)
    return found


def test_the_house_is_kept_every_ten_minutes_and_cleared_last(
    asked: list[tuple[str, datetime]], caplog: pytest.LogCaptureFixture
) -> None:
    one, now = Worker(watch=look), timezone.now()
    with caplog.at_level("INFO", logger="tenants.jobs.periodic"):
        for at in (now, now + timedelta(minutes=9), now + TEN):
            one.rounds.make(at=at)
    names = ["entry.closing_tomorrow", "privacy.fill_search_keys", "privacy.clear_expired"]
    assert asked == [(name, at) for at in (now, now + TEN) for name in names]
    assert caplog.messages == [
        "housekeeping: 0 teams reminded, 1 search keys filled, 2 rows cleared",
        "housekeeping: 3 teams reminded, 4 search keys filled, 5 rows cleared",
    ]


def test_what_the_clock_asks_for_has_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match=r"registered twice: entry\.closing_tomorrow"):
        periodic.register("entry.closing_tomorrow", lambda *, at: 0, every=TEN, said="%d")


def test_what_failed_is_due_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[datetime] = []

    def fail(*, at: datetime) -> int:
        tried.append(at)
        raise OperationalError

    monkeypatch.setitem(periodic._known, "test", periodic.Periodic(fail, TEN, "%d"))
    one, now = Worker(watch=look), timezone.now()
    for _ in range(2):
        with pytest.raises(OperationalError):
            one.rounds.make(at=now)
    assert tried == [now, now]
    assert one.rounds.next_at == {}


@pytest.mark.usefixtures("signals")
def test_once_sends_what_is_due_and_says_when_it_could_not(settings: Any) -> None:
    put(2)
    call_command("run_worker", "--once", stderr=StringIO())
    assert len(mail.outbox) == 2
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    enqueue("test", to="new@example.com", key="k", context={}, at=timezone.now())
    with pytest.raises(CommandError, match="1 mails stay queued: NotConfigured: no mail server is configured"):
        call_command("run_worker", "--once", stderr=StringIO())


def test_without_an_address_for_its_links_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**vars(ENV), "app_env": "prod", "base_url": UNKNOWN_ADDRESS}
    monkeypatch.setattr(run_worker, "ENV", Env(**values))
    with pytest.raises(CommandError, match="BASE_URL"):
        call_command("run_worker", "--once")


def test_a_fault_in_the_loop_is_no_refusal_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log and Sentry hear of it with its chain; a database that is away is waited for in the loop itself."""

    def broken(worker: Worker) -> None:
        raise IntegrityError("a fault")

    monkeypatch.setattr(Worker, "run", broken)
    monkeypatch.setattr("config.management.commands.run_worker.signal.signal", lambda number, handler: None)
    with pytest.raises(IntegrityError):
        call_command("run_worker")
