"""Requirement M1: the mail server is away in every way that it can be. No entry waits for it, no mail
is lost, and ten minutes after it is back everything has left, oldest first."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.ops.alarms.watch import look
from config.runtime import worker as module
from config.runtime.worker import Worker
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.jobs.periodic import Rounds
from tenants.models import OutboxMail, User
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db
MAILS = 12
BACK_WITHIN = timedelta(minutes=10)
Down = Callable[[], Any]


@contextmanager
def refusing() -> Iterator[int]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


@contextmanager
def silent() -> Iterator[int]:
    """Takes the connection and never says a word."""
    with socket.socket() as half_open:
        half_open.bind(("127.0.0.1", 0))
        half_open.listen(64)
        yield half_open.getsockname()[1]


@contextmanager
def answering(**how: Any) -> Iterator[int]:
    with SmtpSink(**how) as sink:
        yield sink.port


@contextmanager
def never_answering_data() -> Iterator[int]:
    stall = threading.Event()
    with SmtpSink(to_data=lambda to: "", stall=stall) as sink:
        yield sink.port
        stall.set()


FAULTS: dict[str, Down] = {
    "refuses connections": refusing,
    "accepts and says nothing": silent,
    "defers every recipient": lambda: answering(to_recipient=lambda to: "451 4.3.0 try again later"),
    "denies relaying": lambda: answering(to_recipient=lambda to: "554 5.7.1 Relay access denied"),
    "defers every text": lambda: answering(to_data=lambda to: "452 4.3.1 insufficient storage"),
    "refuses every text": lambda: answering(to_data=lambda to: "554 5.3.0 out of order"),
    "closes": lambda: answering(to_data=lambda to: "421 4.3.2 shutting down"),
    "drops after DATA": lambda: answering(to_data=lambda to: ""),
    "takes DATA and never answers": never_answering_data,
}


SAY_NOTHING = {"accepts and says nothing", "takes DATA and never answers"}
"""Here each try ends when the site's patience does: a short one keeps the test short."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> dict[str, datetime]:
    """The worker's clock, which the test turns; its other work is left out."""
    clock = {"now": now}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    monkeypatch.setattr(Rounds, "make", lambda self, at: None)
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))
    return clock


def at_port(settings: Any, port: int, patience: float = 0.2) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, patience
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


def work_until(worker: Worker, clock: dict[str, datetime], ends: datetime, done: Callable[[], bool]) -> None:
    """Step after step, each followed by the pause that the worker asks for."""
    while clock["now"] < ends and not done():
        pause = worker.step()
        clock["now"] += timedelta(seconds=max(pause, 30))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mails", [1, MAILS])
def test_ten_minutes_after_it_is_back_everything_has_left(
    fault: str, mails: int, settings: Any, clock: dict[str, datetime]
) -> None:
    worker, began = Worker(watch=look), clock["now"]
    everybody = [f"{number:02}@example.com" for number in range(mails)]
    for to in everybody:
        enqueue("test", to=to, key="k", context={}, at=began)
    with FAULTS[fault]() as port:
        at_port(settings, port, patience=0.05 if fault in SAY_NOTHING else 0.2)
        work_until(worker, clock, began + timedelta(minutes=25), lambda: False)
    assert OutboxMail.objects.filter(sent_at=None, failed_at=None).count() == mails, "nothing was given up"
    back = clock["now"]
    with SmtpSink() as sink:
        at_port(settings, sink.port)
        work_until(worker, clock, back + timedelta(hours=2), lambda: len(sink.kept) >= mails)
    got = [mail.recipients[0] for mail in sink.kept]
    assert sorted(got) == everybody
    assert clock["now"] - back <= BACK_WITHIN
    assert got[1:] == sorted(got[1:]), "oldest first, but for the one that asked whether the server is back"


def test_a_mail_that_is_put_off_for_its_recipients_sake_holds_up_nobody(
    settings: Any, clock: dict[str, datetime]
) -> None:
    for number in range(6):
        enqueue("test", to=f"{number}@example.com", key="k", context={}, at=clock["now"])
    with SmtpSink(to_recipient=lambda to: "450 4.2.2 full" if to[0] == "0" else "250 ok") as sink:
        at_port(settings, sink.port)
        work_until(Worker(watch=look), clock, clock["now"] + timedelta(minutes=1), lambda: len(sink.kept) == 5)
    assert [mail.recipients[0][0] for mail in sink.kept] == list("12345")


def test_no_request_asks_a_mail_server(
    client: Client, meet: Meet, race: Race, kita: Team, baba: User, runners: list[Athlete], settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """So a server that is away cannot slow a request down."""

    def never(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a request opened a connection")

    with refusing() as port:
        at_port(settings, port)
        monkeypatch.setattr(socket, "create_connection", never)
        client.force_login(baba)
        values = {
            "submission_key": "k",
            "team": kita.pk,
            "rows-TOTAL_FORMS": 1,
            "rows-INITIAL_FORMS": 0,
            "rows-0-athlete": runners[0].pk,
            "rows-0-race": race.pk,
            "rows-0-seed_time": "14:30.00",
        }
        answer = client.post(f"/meets/{meet.tenant.slug}/{meet.slug}/enter", values)
        assert answer.status_code == 303
        assert "メールでお送りします" in client.get(answer["Location"]).content.decode()
        assert Client().post("/auth/password/reset", {"email": baba.email}).status_code == 200
    assert OutboxMail.objects.filter(sent_at=None).count() == 2
