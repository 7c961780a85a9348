"""The real PgBouncer in transaction mode between the site and PostgreSQL: what holds without it holds behind it."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from catalog.importing import actions
from catalog.importing.models import ImportRun, RunState
from catalog.models import MasterProduct
from config.runtime import databases
from entries.entry import places
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import OutboxMail, Tenant, User
from tenants.throttle import attempts
from tests.catalog.importing.csvfiles import preview
from tests.catalog.importing.oldfiles import keyed, old_file
from tests.concurrency.test_outbox import fill, one_order
from tests.conftest import race_of
from tests.nursery import manage
from tests.rush import CSRF, coaches, cookies, enter_address, post_all, request, sheet
from tests.services import Pooler, forget_timeouts, worker
from tests.site import Site
from tests.smtp_sink import SmtpSink

SENT, PLACES = int(os.environ.get("POOLER_RUSH", "150")), 50
MAILS, ROWS, POOL = 100, 2_000, 5


@pytest.fixture(scope="module")
def pooler(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Pooler]:
    """With the limits where docs/scaling.md has them written before the pooler comes."""
    with django_db_blocker.unblock():
        databases.hold_timeouts()
    try:
        with Pooler(size=POOL) as running:
            yield running
    finally:
        with django_db_blocker.unblock():
            forget_timeouts()


def behind(pooler: Pooler, *, workers: int) -> Site:
    """A site that reaches the database through the pooler."""
    env: dict[str, Any] = dict(pooler.env)
    return Site(workers=workers, **env)


@pytest.fixture(scope="module")
def site(pooler: Pooler) -> Iterator[Site]:
    with behind(pooler, workers=3) as running:
        yield running


def asked(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as link:
        row = psycopg.ClientCursor(link).execute(question).fetchone()
    assert row is not None
    return row[0]


def managed(pooler: Pooler, *words: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "APP_ENV": "dev", **pooler.env}
    return manage(*words, env=env)


def test_a_rush_on_few_places_is_one_queue_behind_the_pooler(pooler: Pooler, site: Site, meet: Meet) -> None:
    race = race_of(meet, "オープン3000m", distance_m=3000, sex="X", places=PLACES)
    bodies = [(c, sheet(c, [(c.athletes[0].pk, race.pk, "14:30.00")])) for c in coaches(SENT)]
    replies = post_all(site.port, [request(enter_address(meet), c.cookies, body) for c, body in bodies])
    held = pooler.servers()
    assert Counter(reply.status for reply in replies) == {303: SENT}
    entries = Entry.objects.filter(race=race)
    assert entries.holding_a_place().count() == PLACES
    waiting: Any = entries.waiting().with_position().order_by("ticket")
    assert list(waiting.values_list("waiting_position", flat=True)) == list(range(1, SENT - PLACES + 1))
    assert 0 < held <= POOL, "twelve threads on five connections"


def test_guesses_are_counted_exactly_behind_the_pooler(site: Site, baba: User) -> None:
    bodies = [
        urlencode({"csrfmiddlewaretoken": CSRF, "email": baba.email, "password": f"wrong-password-{n}"})
        for n in range(60)
    ]
    replies = post_all(site.port, [request("/auth/login", cookies(""), body) for body in bodies])
    assert Counter(reply.status for reply in replies) == {422: attempts.SIGN_IN.pair, 429: 60 - attempts.SIGN_IN.pair}


def test_three_workers_behind_the_pooler_send_each_mail_and_do_each_job_once(
    pooler: Pooler, meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime, aoki: User
) -> None:
    fill(one_order(meet, kita, race, baba, runners, now), now, MAILS)
    content = "brand,reference,name\n" + "".join(f"A,{n},靴{n}\n" for n in range(ROWS))
    run = actions.confirm(preview(meet.tenant, content, aoki), by=aoki)
    with SmtpSink() as sink:
        workers = [worker(sink.url, "--once", **pooler.env) for _ in range(3)]
        assert [process.wait(timeout=120) for process in workers] == [0, 0, 0]
    got = Counter(mail.recipients[0] for mail in sink.kept)
    assert got == Counter({f"{n}@example.com": 1 for n in range(MAILS)})
    assert OutboxMail.objects.filter(sent_at__isnull=False, attempts=1).count() == MAILS
    run.refresh_from_db()
    assert (run.state, run.counts["new"], MasterProduct.objects.count()) == (RunState.DONE, ROWS, ROWS)
    assert list(Job.objects.values_list("attempts", "failed_at").distinct()) == [(1, None)]
    assert work.claim(at=now) is None


def test_the_old_database_is_imported_behind_the_pooler(pooler: Pooler, nittai: Tenant, tmp_path: Path) -> None:
    """Temporary tables, COPY and a cursor: all within one transaction."""
    old = old_file(tmp_path / "old.db", keyed(*(("A", f"R{n:05}") for n in range(ROWS)), remarks="備考"))
    done = managed(pooler, "import_master_products_from_sqlite", "--tenant", nittai.slug, "--sqlite", str(old))
    assert (done.returncode, f"inserted {ROWS}," in done.stdout) == (0, True), done.stderr
    assert (MasterProduct.objects.count(), ImportRun.objects.count()) == (ROWS, 1)


def test_migrations_and_the_check_of_data_run_behind_the_pooler(pooler: Pooler) -> None:
    assert managed(pooler, "migrate", "-v0").returncode == 0
    assert "migrations" in managed(pooler, "check_env_data").stdout.lower()


def test_a_locked_race_answers_503_behind_the_pooler(meet: Meet, race: Race) -> None:
    """The limit comes from the role; a shorter one, so that the test need not wait nine seconds."""
    [coach] = coaches(1)
    body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT format('ALTER ROLE %I IN DATABASE %I SET lock_timeout = 300', current_user, current_database())"
            )
            cursor.execute(cursor.fetchone()[0])
        with Pooler() as pooler, behind(pooler, workers=1) as site:
            with transaction.atomic():
                places.lock_races([race.pk])
                [locked] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
            [free] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
    finally:
        forget_timeouts()
    assert (locked.status, free.status) == (503, 303)
    assert Entry.objects.count() == 1


def test_the_limits_hold_behind_the_pooler_only_once_they_stand_with_the_role() -> None:
    forget_timeouts()
    question = "SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')"
    with Pooler() as pooler:
        assert asked(pooler.url, question) == "0 0"
        unheld = managed(pooler, "hold_timeouts", "--check")
        preflight = managed(pooler, "preflight", "--only", "database")
    assert (unheld.returncode, "hold_timeouts" in unheld.stderr) == (1, True)
    assert (preflight.returncode, "hold_timeouts" in preflight.stdout) == (1, True)
    try:
        with Pooler() as pooler:
            assert managed(pooler, "hold_timeouts").returncode == 0
        with Pooler() as pooler:
            assert asked(pooler.url, question) == "3s 10s"
            assert managed(pooler, "hold_timeouts", "--check").returncode == 0
    finally:
        forget_timeouts()
    assert databases.timeouts_hold(), "without a pooler our connections say so themselves"


def test_it_is_a_pooler_in_transaction_mode_and_refuses_what_we_do_without(pooler: Pooler) -> None:
    """The negative control: what belongs to a session breaks here, so that the tests above prove something."""
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter: options"):
        psycopg.connect(pooler.url, options="-c lock_timeout=3000")
    with Pooler(size=1) as one, psycopg.connect(one.url, autocommit=True, prepare_threshold=0) as first:
        first.execute("SELECT 1")
        with (
            psycopg.connect(one.url, autocommit=True, prepare_threshold=0) as second,
            pytest.raises(psycopg.errors.DuplicatePreparedStatement),
        ):
            second.execute("SELECT 1")
    with psycopg.connect(pooler.url, autocommit=True) as link, psycopg.connect(pooler.url) as other:
        link.execute("BEGIN")
        link.execute("DECLARE c CURSOR WITH HOLD FOR SELECT generate_series(1, 9)")
        link.execute("COMMIT")
        other.execute("SELECT 1")  # holds the connection on which the cursor is
        with pytest.raises(psycopg.errors.InvalidCursorName):
            link.execute("FETCH 1 FROM c")
