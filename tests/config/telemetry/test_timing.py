"""Durations: added up in memory, written by one statement, values of queries never."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.telemetry import timing
from config.telemetry.masking import mask_sql
from config.telemetry.timing import Minute, Times
from tenants.upkeep import timings
from tenants.upkeep.buckets import SIZE
from tenants.upkeep.models import Timing
from tenants.upkeep.timings import Sums

pytestmark = pytest.mark.django_db


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    fresh = Times()
    monkeypatch.setattr(timing, "TIMES", fresh)
    return fresh


def test_many_requests_are_one_statement_and_processes_add_up(times: Times) -> None:
    for ms in (3, 70, 70, 20_000):
        times.add("address", "/a", ms, failed=ms > 1_000)
    times.add("address", "/b", 1)
    with CaptureQueriesContext(connection) as seen:
        assert times.flush() == 2
    assert len(seen) == 1
    times.add("address", "/a", 70)
    assert times.flush() == 1
    row = Timing.objects.get(name="/a")
    assert (row.count, row.failures, row.total_ms, row.worst_ms) == (5, 1, 20_213, 20_000)
    assert row.buckets == [1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1]
    assert len(row.buckets) == SIZE
    assert times.flush() == 0


def test_a_row_without_buckets_takes_them(times: Times) -> None:
    hour = datetime(2027, 5, 1, 10, tzinfo=UTC)
    Timing.objects.create(hour=hour, kind="address", name="/", count=1)
    timings.add([Sums(hour, "address", "/", 1, 0, 1.0, 1.0)])
    assert Timing.objects.get().buckets == [0] * SIZE


def test_what_the_database_did_not_take_is_written_later(times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(sums: Any) -> None:
        raise DatabaseError

    times.add("address", "/a", 10)
    with monkeypatch.context() as patch:
        patch.setattr(timings, "add", down)
        assert times.flush() == 0
        times.add("address", "/a", 30)
        assert times.flush() == 0
    times.flush()
    row = Timing.objects.get()
    assert (row.count, row.total_ms, row.worst_ms, sum(row.buckets)) == (2, 40, 30, 2)


def test_what_nobody_thought_of_cannot_fill_the_memory(times: Times) -> None:
    for number in range(timing.MOST_ROWS + 50):
        times.add("address", f"/{number}", 1)
    assert len(times.sums) == timing.MOST_ROWS


def test_threads_lose_no_count(times: Times) -> None:
    def count() -> None:
        for _ in range(2_000):
            times.add("address", "/", 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert next(iter(times.sums.values())).count == 8_000


def test_pages_are_counted_by_pattern_and_probes_not_at_all(times: Times, client: Client) -> None:
    for address in ("/", "/meets/somebody/secret/", "/nowhere/at/all", "/healthz", "/metrics", "/admin/x"):
        client.get(address, {"token": "secret"})
    names = {name for _, _, name in times.sums}
    assert names == {"/", "/meets/<slug:tenant>/<slug:meet>/", "unknown", "/admin/"}


def test_no_query_is_spent_on_it(times: Times, client: Client) -> None:
    client.get("/meets/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/meets/")
    assert not [query for query in seen if "timing" in query["sql"]]


def test_slow_queries_are_kept_without_their_values(times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "SLOW_MS", 0.0)
    timing.watch_queries(None, connection)
    timing.watch_queries(None, connection)
    assert connection.execute_wrappers.count(timing._time_query) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'canary-literal', %s WHERE 1 IN (%s, %s)", ["canary-value", 1, 2])
    (name,) = {name for _, kind, name in times.sums if kind == "query"}
    assert name == "SELECT ?, %s WHERE ? IN (…)"


def test_fast_queries_are_not_kept(times: Times) -> None:
    timing.watch_queries(None, connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert times.sums == {}


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT a FROM t WHERE b = 'O''Hara 佐藤' AND c = 12.5", "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("INSERT INTO t VALUES (%s, %s), (%s, %s), (%s, %s)", "INSERT INTO t VALUES (…), …"),
        ("SELECT $$canary$$, $x$can'ary$x$", "SELECT ?, ?"),
        ("SELECT " + "column_a, " * 200, ("SELECT " + "column_a, " * 200)[:500]),
    ],
)
def test_a_statement_is_told_without_literals(sql: str, told: str) -> None:
    assert mask_sql(sql) == told


def test_each_minute_the_counts_are_written_and_the_others_looked_after(
    times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(connection, "close", lambda: None)
    minute = Minute(looked.append)
    times.add("address", "/", 1)
    minute.once()
    assert len(looked) == 1
    times.add("address", "/", 1)
    minute.finish()
    assert Timing.objects.get().count == 2


def test_a_database_that_is_away_does_not_end_the_thread(times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []

    def down(at: datetime) -> None:
        asked.append(at)
        raise DatabaseError

    monkeypatch.setattr(connection, "close", lambda: None)
    Minute(down).once()
    assert len(asked) == 1


def test_a_5xx_counts_as_a_failure(times: Times, rf: Any) -> None:
    for status in (200, 404, 500, 503):
        timing.watched(rf.get("/x"), HttpResponse(status=status), 1.0)
    (sums,) = times.sums.values()
    assert (sums.count, sums.failures) == (4, 2)
    assert sums.hour <= datetime.now(UTC) < sums.hour + timedelta(hours=1)
