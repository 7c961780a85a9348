"""The performance report (seed 002 「パフォーマンスレビュー」) as text and as rows for a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from config.ops.humanize import day, percent
from config.ops.performance_report.database_figures import DatabaseFigures, database_figures
from config.ops.performance_report.period import Span
from config.ops.performance_report.remarks import remarks, shown
from config.ops.performance_report.rushes import Rush, rushes
from config.ops.performance_report.slow import Compared, compared, hours, whole
from tenants.commands.terminal import printable
from tenants.upkeep.models import TimingKind

LINE = "{:>9} {:>7} {:>7} {:>7} {:>8} {:>5} {:>9} {:>8}  {}"
WIDEST = 110
COLUMNS = ("kind", "name", "count", "p50_ms", "p95_ms", "p99_ms", "worst_ms", "failures", "total_s", "p95_ms_before")


class Report(NamedTuple):
    span: Span
    limit: int
    addresses: list[Compared]
    queries: list[Compared]
    figures: DatabaseFigures | None
    rushes: list[Rush]


def report(span: Span, *, limit: int) -> Report:
    """Read it from the kept timings and the database's own figures. Raises DatabaseError."""
    return Report(
        span,
        limit,
        compared(TimingKind.ADDRESS, span),
        compared(TimingKind.QUERY, span),
        database_figures(limit),
        rushes(span),
    )


def text(found: Report) -> Iterator[str]:
    span = found.span
    yield _("期間: %(since)s から %(until)s（比較: %(before)s から）") % {
        "since": day(span.since),
        "until": day(span.until),
        "before": day(span.before.since),
    }
    count, failures, total = whole(found.addresses)
    yield _("応答%(count)d件、5xx %(failures)d件（%(share)s）、平均%(ms).0f ms") % {
        "count": count,
        "failures": failures,
        "share": percent(failures, count),
        "ms": total / count if count else 0,
    }
    yield from _table(_("遅いアドレス（合計時間の順）"), found.addresses[: found.limit])
    yield from _table(_("遅いクエリ（合計時間の順、値は含みません）"), found.queries[: found.limit])
    yield from _of_database(found.figures)
    yield from _of_hours(span)
    yield from _of_rushes(found.rushes)
    yield from _head(_("所見"))
    yield from (f"- {printable(line)}" for line in remarks(found.addresses, found.queries, found.figures, found.rushes))


def _head(title: str) -> tuple[str, str]:
    return "", f"■ {title}"


def _table(title: str, rows: Sequence[Compared]) -> Iterator[str]:
    yield from _head(title)
    if not rows:
        yield _("この期間の記録がありません。")
        return
    yield LINE.format("n", "p50 ms", "p95 ms", "p99 ms", "max ms", "5xx", "total s", "p95 prev", "")
    for now, before in rows:
        yield LINE.format(
            f"{now.n:,}", shown(now.p50), shown(now.p95), shown(now.p99), f"{now.worst_ms:,.0f}", now.failures,
            f"{now.total_ms / 1000:,.1f}", shown(before.p95) if before else "-", cut(now.name),
        )  # fmt: skip


def cut(name: str) -> str:
    """A name as one printable line of at most WIDEST characters."""
    line = printable(" ".join(name.split()))
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def _of_database(figures: DatabaseFigures | None) -> Iterator[str]:
    if figures is None:
        return
    yield from _head(_("データベース（統計の開始から）"))
    yield _("メモリから読めた割合: 表%(table)s、索引%(index)s") % {
        "table": percent(figures.table_hits, 1),
        "index": percent(figures.index_hits, 1),
    }
    for scan in figures.scans:
        yield _("%(table)s（%(rows)d行）を全部読んだ回数%(scans)d、索引を使った回数%(index)d") % {
            "table": scan.table,
            "rows": scan.rows,
            "scans": scan.scans,
            "index": scan.index_scans,
        }
    for one in figures.statements or []:
        yield f"{one.calls:>9,} × {one.mean_ms:8.1f} ms = {one.total_ms / 1000:9.1f} s  max {one.worst_ms:8.1f}  {cut(one.query)}"


def _of_hours(span: Span) -> Iterator[str]:
    busiest = hours(span)
    if busiest:
        yield from _head(_("混んだ時間"))
    for hour, count, failures, average in busiest:
        yield _("%(hour)s 応答%(count)d件、5xx %(failures)d件、平均%(ms).0f ms") % {
            "hour": timezone.localtime(hour).strftime("%m-%d %H:00"),
            "count": count,
            "failures": failures,
            "ms": average,
        }


def _of_rushes(found: Sequence[Rush]) -> Iterator[str]:
    if found:
        yield from _head(_("申込が集中した1分"))
    for rush in found:
        yield _("%(meet)s: %(minute)s に申込票%(in_minute)d件（期間全体で申込票%(all)d件、%(entries)d名）") % {
            "meet": rush.meet,
            "minute": day(rush.minute),
            "in_minute": rush.in_minute,
            "all": rush.submissions,
            "entries": rush.entries,
        }


def table_rows(found: Report) -> Iterator[list[object]]:
    """All rows, not only the first `limit`, for a spreadsheet. An unknown percentile, above the last bound, is empty."""
    for kind, rows in (("address", found.addresses), ("query", found.queries)):
        for now, before in rows:
            yield [
                kind, " ".join(now.name.split()), now.n, now.p50, now.p95, now.p99, round(now.worst_ms, 1),
                now.failures, round(now.total_ms / 1000, 3), before.p95 if before else None,
            ]  # fmt: skip
