"""Requirements C6, C7, M1: several workers, a worker that is killed, and a database that goes away,
with a real mail server. MAILS=1000 is the full measure."""

import os
import signal
import threading
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

import pytest
from django.db import connection

from entries.entry import actions
from entries.entry.lines import Line
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import OutboxMail, User
from tenants.outbox.actions import enqueue
from tenants.outbox.delivery import LEASE
from tests.nursery import Forked
from tests.services import worker
from tests.smtp_sink import SmtpSink
from tests.waiting import wait_until

MAILS = int(os.environ.get("MAILS", "200"))
MEASURED = "how soon a worker stops is measured"


def has_kept(sink: SmtpSink, count: int) -> bool:
    return len(sink.kept) == count


def one_order(meet: Meet, team: Team, race: Race, by: User, athletes: list[Athlete], now: datetime) -> int:
    lines = [Line(0, athletes[0].pk, race.pk, seed_time=87_000)]
    submission = actions.submit(meet=meet, team=team, lines=lines, key="k", by=by, at=now)
    OutboxMail.objects.all().delete()
    return submission.pk


def fill(submission: int, now: datetime, mails: int = MAILS) -> None:
    rows = [
        OutboxMail(
            kind="entry.received",
            to=f"{n}@example.com",
            key="many",
            context={"submission": submission},
            next_attempt_at=now,
        )
        for n in range(mails)
    ]
    OutboxMail.objects.bulk_create(rows)


def stop(process: Forked) -> float:
    """SIGTERM; how many seconds it took."""
    started = monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    return monotonic() - started


def test_three_workers_send_hundreds_of_mails_once_each(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime
) -> None:
    fill(one_order(meet, kita, race, baba, runners, now), now)
    with SmtpSink() as sink:
        workers = [worker(sink.url, "--once") for _ in range(3)]
        assert [process.wait(timeout=300) for process in workers] == [0, 0, 0]
    got = Counter(mail.recipients[0] for mail in sink.kept)
    assert got == Counter({f"{n}@example.com": 1 for n in range(MAILS)})
    assert OutboxMail.objects.filter(sent_at__isnull=False, attempts=1, leased_until=None).count() == MAILS
    assert sink.conversations <= 9, "a line to the server is used for many mails"


def test_a_worker_that_is_killed_loses_nothing_and_repeats_at_most_what_it_held(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime
) -> None:
    kills, mails = 5, 60
    fill(one_order(meet, kita, race, baba, runners, now), now, mails)
    stall = threading.Event()
    with SmtpSink(stall=stall) as sink:
        for _ in range(kills):  # the server has taken the mail, and the worker never hears of it
            process = worker(sink.url)
            assert sink.got_data.acquire(timeout=60)
            process.kill()
            process.wait()
        stall.set()
        assert worker(sink.url, "--once").wait(timeout=120) == 0
        held = OutboxMail.objects.filter(sent_at=None)
        assert held.count() == kills
        held.update(leased_until=now - LEASE)  # ten minutes pass
        assert worker(sink.url, "--once").wait(timeout=120) == 0
    got: dict[str, set[str]] = {}
    for mail in sink.kept:
        got.setdefault(mail.recipients[0], set()).add(mail.message["Message-ID"])
    assert got.keys() == {f"{n}@example.com" for n in range(mails)}
    assert all(len(ids) == 1 for ids in got.values()), "a repeated mail has another Message-ID"
    assert len(sink.kept) - mails == kills


def test_a_server_that_is_away_for_a_while_gets_every_mail_when_it_is_back(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime
) -> None:
    fill(one_order(meet, kita, race, baba, runners, now), now, 50)
    with SmtpSink() as sink:
        port = sink.port
    process = worker(f"smtp://127.0.0.1:{port}", "--once")
    assert process.wait(timeout=60) == 1
    assert OutboxMail.objects.filter(sent_at=None, failed_at=None, next_attempt_at__lte=now).count() == 50
    with SmtpSink(port=port) as sink:
        assert worker(sink.url, "--once").wait(timeout=60) == 0
    assert [mail.recipients[0] for mail in sink.kept] == [f"{n}@example.com" for n in range(50)]


@pytest.mark.whole_machine(MEASURED)
def test_the_worker_waits_for_work_survives_a_lost_database_and_stops_within_a_second(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime
) -> None:
    submission = one_order(meet, kita, race, baba, runners, now)
    with SmtpSink() as sink:
        process = worker(sink.url)
        for event in ("first", "second"):
            enqueue("entry.received", to="a@example.com", key=event, context={"submission": submission}, at=now)
            wait_until(partial(has_kept, sink, 1 if event == "first" else 2), process)
            with connection.cursor() as cursor:  # as a restart of the database does
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        assert stop(process) < 1.5


@pytest.mark.whole_machine(MEASURED)
def test_a_worker_that_waits_for_a_dead_server_stops_too(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime
) -> None:
    fill(one_order(meet, kita, race, baba, runners, now), now - timedelta(minutes=1), 1)
    import socket

    with socket.socket() as silent:  # takes the connection and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process = worker(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        wait_until(lambda: OutboxMail.objects.get().leased_until is not None, process)
        silent.settimeout(30)
        link, _ = silent.accept()
        assert stop(process) < 1.5
        link.close()
    assert OutboxMail.objects.get().leased_until is None
