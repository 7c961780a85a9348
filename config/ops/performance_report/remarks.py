"""所見: what to look at first, in the words of somebody who has read the tables."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from config.ops.humanize import percent
from config.ops.performance_report.database_figures import DatabaseFigures
from config.ops.performance_report.rushes import Rush
from config.ops.performance_report.slow import Compared, step, whole

SLOW_MS = 1_000
LOW_HITS = 0.99
MOST = 3


def remarks(
    addresses: Sequence[Compared], queries: Sequence[Compared], figures: DatabaseFigures | None, rushes: Sequence[Rush]
) -> list[str]:
    """At most a handful of sentences, the most urgent first; one that says so when nothing stands out."""
    found = [
        *_failing(addresses),
        *_slow(addresses),
        *_slower([*addresses, *queries]),
        *_heaviest(addresses, queries),
        *_database(figures),
        *_rush(rushes),
    ]
    return found or [_("目立って遅いところはありません。")]


def _failing(rows: Sequence[Compared]) -> list[str]:
    failing = sorted((row for row in rows if row.now.failures), key=lambda row: -row.now.failures)
    return [
        _("5xxが%(n)d件（%(share)s）: %(name)s。Sentryで最初のエラーを確認してください。")
        % {
            "n": row.now.failures,
            "share": percent(row.now.failures, row.now.n),
            "name": row.now.name,
        }
        for row in failing[:MOST]
    ]


def _slow(rows: Sequence[Compared]) -> list[str]:
    limit = step(SLOW_MS)
    slow = sorted((row for row in rows if step(row.now.p95) > limit), key=lambda row: -row.now.n)
    return [
        _("20回に1回は1秒より長く待たせています: %(name)s（%(n)d回）") % {"name": row.now.name, "n": row.now.n}
        for row in slow[:MOST]
    ]


def _slower(rows: Sequence[Compared]) -> list[str]:
    slower = sorted((row for row in rows if row.is_slower), key=lambda row: -row.now.total_ms)
    return [
        _("前の期間よりはっきり遅くなりました: %(name)s（p95 %(before)s → %(now)s ms）")
        % {
            "name": row.now.name[:120],
            "before": shown(row.before.p95 if row.before else None),
            "now": shown(row.now.p95),
        }
        for row in slower[:MOST]
    ]


def _heaviest(addresses: Sequence[Compared], queries: Sequence[Compared]) -> list[str]:
    found = []
    for rows, sentence in (
        (addresses, _("応答時間の%(share)sは %(name)s です。速くするならここからです。")),
        (queries, _("クエリの時間の%(share)sは次の文です: %(name)s")),
    ):
        _count, _bad, total = whole(rows)
        if rows and total and rows[0].now.total_ms > total / 4:
            found.append(sentence % {"share": percent(rows[0].now.total_ms, total), "name": rows[0].now.name[:120]})
    return found


def _database(figures: DatabaseFigures | None) -> list[str]:
    if figures is None:
        return []
    found = []
    if min(figures.table_hits, figures.index_hits) < LOW_HITS:
        found.append(
            _(
                "データベースがディスクから読む割合が高めです（表%(table)s、索引%(index)sがメモリから）。メモリを増やす時期です。"
            )
            % {
                "table": percent(figures.table_hits, 1),
                "index": percent(figures.index_hits, 1),
            }
        )
    if figures.statements is None:
        found.append(
            _("pg_stat_statements がありません。CREATE EXTENSION pg_stat_statements で文ごとの時間も分かります。")
        )
    return found


def _rush(rushes: Sequence[Rush]) -> list[str]:
    if not rushes:
        return []
    busiest = max(rushes, key=lambda rush: rush.in_minute)
    return [
        _(
            "最も混んだ1分は %(minute)s の %(meet)s で、申込票%(n)d件でした。次の大会の負荷テストはこれを上回る数で行ってください。"
        )
        % {
            "minute": busiest.minute.strftime("%m-%d %H:%M"),
            "meet": busiest.meet,
            "n": busiest.in_minute,
        }
    ]


def shown(bound: int | None) -> str:
    """A percentile: its upper bound, or that it lies above the last one."""
    return ">10000" if bound is None else f"≤{bound}"
