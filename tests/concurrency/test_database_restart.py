"""Requirements M4 and D2: the database restarts, or crashes, again and again under load.

RESTARTS=10 is the full measure. Whoever was being served gets 503 and may send the same again; web processes and
worker go on by themselves.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from django.db import connection
from django.utils import timezone

from entries.meet.models import Meet
from tenants.models import OutboxMail
from tests.concurrency.journal import Journal
from tests.rush import run_apart
from tests.services import data_of_postgres, restart_postgres, worker
from tests.site import Site
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.whole_machine("the database that restarts is every lane's")

RESTARTS = int(os.environ.get("RESTARTS", "1"))
PER_RESTART = 150
BUSY = (503,)


@pytest.fixture
def durable() -> Iterator[None]:
    """What is committed is on disk, as on every server but the suite's: a crash would forget the last 0.6 s."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit = on')
    connection.close()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" RESET synchronous_commit')


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_database_that_restarts_under_load_loses_nothing_and_stops_nobody(
    meet: Meet, durable: None, how: str
) -> None:
    data = data_of_postgres()
    journal = Journal(meet, PER_RESTART * (RESTARTS + 1) // 10 * 10)
    with SmtpSink() as sink, Site(workers=2) as site:
        sender = worker(sink.url)
        try:
            served_by = site.process
            connection.close()
            away, back = run_apart(_restart_meanwhile(journal, site.port, data, how))
            journal.check_all()
            _wait_for_mails(sink, len(journal.work))
            assert sender.poll() is None, "the worker ended"
            assert served_by is not None
            assert served_by.poll() is None, "the web server ended"
        finally:
            sender.send_signal(signal.SIGTERM)
            sender.wait(timeout=60)
    assert set(journal.others) <= {503}, "a request was answered with an error, or not at all"
    assert journal.others[503] > 0, "no request met the restart: the test proves nothing"
    print(f"\n{how}: away {max(away):.1f} s at most, first answer after it {max(back):.2f} s at most, {journal.others}")


async def _restart_meanwhile(journal: Journal, port: int, data: Path, how: str) -> tuple[list[float], list[float]]:
    """For each restart, the seconds without a database, and from its return to the next accepted sheet."""
    load = asyncio.create_task(journal.send(port, upto=len(journal.work), again=BUSY))
    away: list[float] = []
    back: list[float] = []
    for number in range(1, RESTARTS + 1):
        await _until_answered(load, journal, number * PER_RESTART)
        away.append(await asyncio.to_thread(restart_postgres, data, how))
        before, began = len(journal.answered), monotonic()
        await _until_answered(load, journal, before + 1)
        back.append(monotonic() - began)
    await load
    return away, back


async def _until_answered(load: "asyncio.Task[int]", journal: Journal, how_many: int) -> None:
    """Raises what ended the load before that."""
    while len(journal.answered) < how_many:
        await asyncio.wait({load}, timeout=0.01)
        if load.done():
            load.result()


def _wait_for_mails(sink: SmtpSink, how_many: int) -> None:
    """Each receipt is sent; at least once, since a crash may forget that one was. A mail that was just claimed when the
    database went waits for its lease to end; here the lease ends now."""
    unsent = OutboxMail.objects.filter(kind="entry.received", sent_at=None)
    ends = monotonic() + 120
    while unsent.exists():
        assert monotonic() < ends, f"the worker does not send any more: {unsent.count()} left"
        if not unsent.filter(leased_until=None).exists():
            assert unsent.update(leased_until=timezone.now()) <= RESTARTS + 1
        sink.got_data.acquire(timeout=0.5)
    assert len({mail.message["Message-ID"] for mail in sink.kept}) == how_many
