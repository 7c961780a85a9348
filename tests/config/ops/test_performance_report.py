"""`manage.py performance_report` (contract 6; seed 002_d4f32087aee95a7b 「パフォーマンスレビュー」)."""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from config.ops.performance_report.database_figures import DatabaseFigures, Scan, Statement, database_figures
from config.ops.performance_report.period import Span, span_since
from config.ops.performance_report.remarks import remarks
from config.ops.performance_report.report import COLUMNS, cut
from config.ops.performance_report.rushes import rushes
from config.ops.performance_report.slow import Compared, Timed, compared, step
from entries.entry.models import Submission
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.models import Tenant, Timing
from tenants.scope import tenant_scope
from tenants.upkeep.buckets import bucket_of, empty

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENTER = "POST /meets/<slug:tenant>/<slug:meet>/enter"


def measured(hour: datetime, name: str, *times: float, kind: str = "address", failures: int = 0) -> Timing:
    """What a process notes of an hour: each of the times, in milliseconds."""
    buckets = empty()
    for ms in times:
        buckets[bucket_of(ms)] += 1
    return Timing.objects.create(
        hour=hour.replace(minute=0, second=0, microsecond=0), kind=kind, name=name, count=len(times), failures=failures,
        total_ms=sum(times), worst_ms=max(times), buckets=buckets,
    )  # fmt: skip


def row(name: str = "GET /", n: int = 100, failures: int = 0, total: float = 100, p95: int | None = 50) -> Timed:
    return Timed(name, n, failures, total, total, p95, p95, p95)


def said(*options: str) -> str:
    out = StringIO()
    call_command("performance_report", *options, stdout=out)
    return out.getvalue()


def test_the_slowest_come_first_with_percentiles_over_all_hours(now: datetime) -> None:
    """seed 002_d4f32087aee95a7b 「パフォーマンスレビュー」."""
    measured(now - DAY, ENTER, *[40] * 98, failures=1)
    measured(now - DAY - HOUR, ENTER, 900, 12_000)
    measured(now - DAY, "GET /", 3)
    measured(now - DAY, 'SELECT "a" FROM "b" WHERE "c" = %s', 7, kind="query")
    text = said()
    lines = text.splitlines()
    [enter] = [line.split(maxsplit=8) for line in lines if line.endswith(f"  {ENTER}")]
    assert enter == ["100", "≤50", "≤50", "≤1000", "12,000", "1", "16.8", "-", ENTER]
    assert next(line for line in lines if "<slug" in line or line.endswith("GET /")).endswith(ENTER)
    assert "%s" in text
    assert "応答101件、5xx 1件" in text


def test_hours_outside_the_period_do_not_count(now: datetime) -> None:
    measured(now - 30 * DAY, "GET /old", 5_000)
    measured(now, "GET /now", 5)
    text = said()
    assert "GET /old" not in text
    assert "GET /now" in text


def test_the_period_before_is_as_long_and_ends_where_this_begins(now: datetime) -> None:
    span = span_since((timezone.localtime(now) - 3 * DAY).date(), at=now)
    assert span.since.tzinfo is not None
    assert (span.since.hour, span.since.minute) == (0, 0)
    assert span.before.until == span.since
    assert span.before.until - span.before.since == span.until - span.since
    assert span.until > now


def test_a_clear_slowdown_is_seen_and_a_small_sample_is_none(now: datetime) -> None:
    span = span_since((timezone.localtime(now) - 3 * DAY).date(), at=now)
    measured(span.since + HOUR, ENTER, *[240] * 60)
    measured(span.before.since + HOUR, ENTER, *[40] * 60)
    [found] = compared("address", span)
    assert found.is_slower
    assert not found._replace(before=row(n=49, p95=50)).is_slower
    assert not found._replace(before=row(p95=100)).is_slower
    assert not found._replace(before=None).is_slower
    assert step(None) > step(10_000)


def test_without_records_it_says_so_and_exits_0() -> None:
    text = said()
    assert text.count("この期間の記録がありません。") == 2
    assert "応答0件" in text


def test_remarks_say_what_to_look_at_first() -> None:
    addresses = [Compared(row("GET /slow", failures=2, total=900, p95=None), None), Compared(row(p95=1_000), None)]
    queries = [Compared(row("SELECT 1", total=10), None)]
    figures = DatabaseFigures(None, 0.9, 1.0, [])
    found = remarks(addresses, queries, figures, [])
    assert [text.split("（")[0].split(":")[0] for text in found][:2] == [
        "5xxが2件",
        "20回に1回は1秒より長く待たせています",
    ]
    assert "GET /slow" in found[0]
    assert "90.0%" in found[2]
    assert "SELECT 1" in found[3]
    assert "90.0%" in found[4]
    assert "pg_stat_statements" in found[5]
    assert len(found) == 6


def test_when_nothing_stands_out_that_is_said() -> None:
    assert remarks([], [], None, []) == ["目立って遅いところはありません。"]


@pytest.fixture
def submissions(nittai: Tenant, meet: Meet, kita: Team) -> Callable[[datetime, int], None]:
    def put(at: datetime, how_many: int) -> None:
        with tenant_scope(nittai.pk):
            start = Submission.objects.count()
            Submission.objects.bulk_create(
                Submission(
                    tenant=nittai,
                    meet=meet,
                    team=kita,
                    key=f"k{start + n}",
                    body_hash="0" * 64,
                    reference=f"R{start + n}",
                    submitted_at=at,
                )
                for n in range(how_many)
            )

    return put


def test_the_busiest_minute_of_each_meet_is_found(now: datetime, submissions: Callable[[datetime, int], None]) -> None:
    minute = now.replace(second=0, microsecond=0) - DAY
    submissions(minute - HOUR, 3)
    submissions(minute + timedelta(seconds=59), 5)
    submissions(minute + timedelta(seconds=60), 4)
    [found] = rushes(Span(now - 2 * DAY, now))
    assert found == ("nittai/ld326", minute, 5, 12, 0)
    assert rushes(Span(now - HOUR, now)) == []
    assert "申込票5件（期間全体で申込票12件" in said()


def test_a_rush_costs_the_same_for_any_number_of_submissions(
    now: datetime, submissions: Callable[[datetime, int], None], django_assert_max_num_queries: Any
) -> None:
    for how_many in (1, 30):
        submissions(now - HOUR, how_many)
        with django_assert_max_num_queries(4):
            rushes(Span(now - DAY, now))


def test_all_rows_go_to_a_new_file_and_an_old_one_is_kept(now: datetime, tmp_path: Path) -> None:
    for n in range(3):
        measured(now, f"GET /{n}", 5, 20_000)
    path = tmp_path / "report.csv"
    assert f"3 rows in {path}" in said("--csv", str(path), "--limit", "1")
    rows = list(csv.reader(StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 4
    assert rows[1][3:6] == ["5", "", ""]
    before = path.read_bytes()
    with pytest.raises(CommandError, match="File exists"):
        said("--csv", str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01", "2019-12-31", "0001-01-01x", ""]
)
def test_a_day_that_is_none_or_to_come_is_one_line(since: str) -> None:
    with pytest.raises(CommandError) as wrong:
        call_command("performance_report", f"--since={since}", stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    assert "--since" in str(wrong.value)


@pytest.mark.parametrize("limit", ["0", "501"])
def test_the_limit_is_bounded(limit: str) -> None:
    with pytest.raises(CommandError, match="--limit"):
        said("--limit", limit)


def test_only_so_many_rows_are_printed(now: datetime) -> None:
    for n in range(5):
        measured(now, f"GET /{n}", 5 + n)
    assert sum(line.endswith(f"GET /{n}") for n in range(5) for line in said("--limit", "2").splitlines()) == 2


def test_a_long_query_stays_on_one_line() -> None:
    assert cut("SELECT\n  x" + "y" * 200).startswith("SELECT xyyy")
    assert len(cut("y" * 200)) == 110
    assert "\x1b" not in cut("a\x1b[2Jb")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such figures")
def test_postgresql_tells_its_hits_and_lacks_the_extension_here() -> None:
    figures = database_figures(5)
    assert figures is not None
    assert figures.statements is None
    assert 0 <= figures.table_hits <= 1


def test_what_the_database_tells_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = DatabaseFigures(
        [Statement("SELECT 1", 10, 5_000.0, 500.0, 900.0)], 0.98, 1.0, [Scan("entries_entry", 7, 3, 100_000)]
    )
    monkeypatch.setattr("config.ops.performance_report.report.database_figures", lambda limit: figures)
    text = said()
    assert "entries_entry（100000行）を全部読んだ回数7、索引を使った回数3" in text
    assert "10 ×    500.0 ms =       5.0 s" in text


def test_a_week_is_the_usual_period(now: datetime) -> None:
    assert span_since(None, at=now).since.date() == (timezone.localtime(now) - 7 * DAY).date()
    assert span_since(date(2026, 1, 1), at=now).since.isoformat() == "2026-01-01T00:00:00+09:00"
