"""What watches does not cry wolf, does not die of one fault, and shows nobody's values (requirements O1, O4, D5)."""

import logging
import smtplib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import OperationalError, connection
from django.utils import timezone

from config.ops.checklist import Word
from config.ops.performance_report import database_figures, slow
from config.ops.performance_report.period import Span
from config.ops.preflight import outside_lines
from config.ops.preflight.lines import Point, go_through
from config.telemetry import logs, timing
from config.telemetry.masking import mask_sql
from config.telemetry.timing import Minute, Times
from entries.meet.models import Meet
from tenants.switches import actions
from tenants.switches.models import Function
from tenants.upkeep import buckets, timings
from tenants.upkeep.timings import Sums
from tests.visitor import client_of


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    fresh = Times()
    monkeypatch.setattr(timing, "TIMES", fresh)
    return fresh


@pytest.mark.django_db
@pytest.mark.parametrize("function", [Function.MAINTENANCE, Function.READ_ONLY])
def test_a_refusal_that_is_meant_is_no_failure(times: Times, meet: Meet, function: Function) -> None:
    """An hour of maintenance would otherwise be thousands of errors in the alarm and in the weekly list."""
    actions.stop(function, by=None, at=timezone.now())
    for _ in range(3):
        assert client_of(None).post("/auth/register").status_code == 503
    (sums,) = times.sums.values()
    assert (sums.count, sums.failures) == (3, 0)


def test_a_fault_nobody_thought_of_costs_one_minute_and_is_said_on_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    twice, came = threading.Event(), []

    def break_down(at: datetime) -> None:
        came.append(at)
        if len(came) == 2:
            twice.set()
        int("canary")

    monkeypatch.setattr(timing, "FLUSH_SECONDS", 0.01)
    monkeypatch.setattr(timing, "TIMES", Times())
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr(threading, "excepthook", None)
    logs.log_crashes()
    minute = Minute(break_down)
    with caplog.at_level(logging.ERROR):
        minute.start()
        assert twice.wait(20), "the thread died of the first fault"
        minute.stop.set()
        minute.thread.join(20)
    assert "a thread was ended by an error" in caplog.messages
    assert "canary" not in logs.JsonFormatter().format(caplog.records[0])


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT a FROM t WHERE b = $1 AND c IN ($2, $3)", "SELECT a FROM t WHERE b = ? AND c IN (…)"),
        (r"ALTER ROLE x PASSWORD E'it\'s canary' VALID", "ALTER ROLE x PASSWORD ? VALID"),
        ("COMMENT ON TABLE t IS '" + "canary " * 2_000 + "'", "COMMENT ON TABLE t IS ?"),
        ("DO $x$ canary", "DO ?"),
    ],
)
def test_a_text_that_was_cut_off_or_escaped_is_masked_too(sql: str, told: str) -> None:
    assert mask_sql(sql) == told


@pytest.mark.django_db
def test_what_postgresql_keeps_of_statements_is_told_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_stat_statements keeps what is no query as it was typed, passwords too."""

    class Cursor:
        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *error: object) -> None:
            """Nothing to close."""

        def execute(self, query: str, values: Any = None) -> None:
            """The extension is there."""

        def fetchone(self) -> tuple[int]:
            return (1,)

        def fetchall(self) -> list[tuple[Any, ...]]:
            return [("ALTER ROLE nitsys\n PASSWORD 'canary'", 1, 2.0, 2.0, 2.0)]

    monkeypatch.setattr(connection, "cursor", Cursor)
    (one,) = database_figures._statements(5) or []
    assert one == database_figures.Statement("ALTER ROLE nitsys PASSWORD ?", 1, 2.0, 2.0, 2.0)


@pytest.mark.django_db
def test_an_address_that_is_first_seen_while_the_report_is_made_has_no_percentile_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    timings.add([Sums(hour, "address", "/", 1, 0, 5.0, 5.0)])
    merge = buckets.merged

    def and_then_another(*given: Any) -> list[int]:
        timings.add([Sums(hour, "address", "/new", 1, 0, 5.0, 5.0)])
        return merge(*given)

    monkeypatch.setattr(slow, "merged", and_then_another)
    found = slow.timed("address", Span(hour, hour + timedelta(hours=1)))
    assert (found["/new"].n, found["/new"].p95) == (1, None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.AdminShutdown("canary"), "データベースが応答しません"),
        (psycopg.errors.QueryCanceled("canary"), "データベースが応答しません"),
        (psycopg.errors.UndefinedTable("canary"), "表が足りないため確認できません"),
        (psycopg.errors.UndefinedColumn("canary"), "表が足りないため確認できません"),
    ],
)
def test_a_database_that_goes_away_in_the_middle_does_not_lack_a_table(
    error: Exception, said: str, now: datetime
) -> None:
    def ask(at: datetime) -> Any:
        raise OperationalError("canary") from error

    (seen,) = go_through([Point("x", "x", ask, asks_database=True)], at=now)
    assert (seen.word, seen.text) == (Word.NG, said)


def test_a_password_that_no_mail_server_can_be_told_is_a_line(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Full-width letters, as they come out of a document."""

    def log_in(line: Any) -> None:
        "ｐａｓｓ".encode("ascii")

    monkeypatch.setattr(EmailBackend, "open", log_in)
    seen = outside_lines._smtp()
    assert seen.word is Word.NG
    assert "EMAIL_HOST_PASSWORD" in seen.todo
    monkeypatch.setattr(EmailBackend, "open", _refused)
    assert outside_lines._smtp().word is Word.LOOK


def _refused(line: Any) -> None:
    raise smtplib.SMTPServerDisconnected("canary")
