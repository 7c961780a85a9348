"""The worker's step: mail, and what the clock asks for."""

import signal
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from config.env import ENV, UNKNOWN_ADDRESS, Env
from config.management.commands import run_worker
from config.ops.alarms.watch import look
from config.runtime import worker as module
from config.runtime.worker import HOUSEKEEPING, IDLE_SECONDS, MAIL_AWAY, Worker
from tenants.models import OneTimeLink, OutboxMail, Throttle
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter

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
    one = Worker(watch=look)
    one.keep_house(now)
    assert sorted(OneTimeLink.objects.values_list("token_hash", flat=True)) == ["1", "2"]
    assert [Throttle.objects.get().key, Session.objects.get().session_key] == ["2", "2"]


def test_the_house_is_kept_every_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []

    def note(at: datetime) -> int:
        asked.append(at)
        return 0

    monkeypatch.setattr(module, "remind_of_closing", note)
    one, now = Worker(watch=look), timezone.now()
    for at in (now, now + timedelta(minutes=9), now + HOUSEKEEPING):
        one.keep_house(at)
    assert asked == [now, now + HOUSEKEEPING]


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
