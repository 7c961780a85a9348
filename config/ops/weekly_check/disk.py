"""「ディスク使用量確認」: free space, how large the database is and how fast it grows, and what it suffers from."""

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.ops.checklist import CheckLine, judged, look, ok
from config.ops.humanize import ago, listed, percent, size, span
from config.ops.preflight.outside_lines import existing
from config.ops.weekly_check.week import Week

LITTLE, TOO_LITTLE = 0.2, 0.1
FAST_GROWTH, SMALL = 0.5, 100_000_000
"""A database that grew by half in a week is looked at, unless it is small."""
MANY_DEAD, DEAD_SHARE = 10_000, 0.2
NEAR_END, AT_END = 0.5, 0.8
LONG_TRANSACTION = timedelta(minutes=5)
OLD_ROWS = 1_000_000_000
"""Transactions since the oldest unfrozen row; PostgreSQL stops writing at 2.1 thousand million."""
MANY_CONNECTIONS = 0.8
SHOWN = 5
Check = Callable[[Week], CheckLine]


def space(week: Week) -> CheckLine:
    """Where this machine writes: uploads, and backups on their way out."""
    disk = shutil.disk_usage(existing(Path(settings.MEDIA_ROOT)))
    free = disk.free / disk.total
    text = _("ディスク: 空き%(free)s（%(share)s）/ %(total)s") % {
        "free": size(disk.free),
        "share": percent(disk.free, disk.total),
        "total": size(disk.total),
    }
    todo = _("var/ の古いバックアップとファイルを確認し、ディスクを増やしてください。")
    return judged(
        "disk", text, todo, is_ng=free < TOO_LITTLE, is_look=free < LITTLE, free_bytes=disk.free, total_bytes=disk.total
    )


def database(week: Week) -> CheckLine:
    """Its size, and how much that is more than at the last look."""
    now = database_bytes()
    text = _("データベース: %(size)s") % {"size": size(now)}
    before = week.earlier.get("database", {}).get("bytes")
    if not isinstance(before, int) or week.earlier_at is None:
        return ok("database", text + _("（前回の記録がないため増加は次回から）"), bytes=now)
    grown = now - before
    text += _("、%(span)s前から%(sign)s%(grown)s") % {
        "span": span(week.at - week.earlier_at),
        "sign": "+" if grown >= 0 else "-",
        "grown": size(abs(grown)),
    }
    return judged(
        "database",
        text,
        _("契約の上限まで何週間もつか計算し、大きな表（次の行）を確認してください。"),
        is_ng=False,
        is_look=now > SMALL and grown > FAST_GROWTH * before,
        bytes=now,
        grown=grown,
    )


def database_bytes() -> int:
    """Bytes of the whole database, indexes too."""
    if connection.vendor == "postgresql":
        return int(_one("SELECT pg_database_size(current_database())"))
    return int(_one("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))


def on_postgresql(key: str, elsewhere: Promise) -> Callable[[Check], Check]:
    """A check of what other databases do not have: there the line says so, and all is well."""

    def of(check: Check) -> Check:
        return wraps(check)(lambda week: check(week) if connection.vendor == "postgresql" else ok(key, str(elsewhere)))

    return of


@on_postgresql("tables", gettext_lazy("大きな表: PostgreSQLでのみ表示します"))
def tables(week: Week) -> CheckLine:
    """The largest tables with their indexes."""
    rows = _rows(
        "SELECT relname, pg_total_relation_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables"
        " ORDER BY 2 DESC, 1 LIMIT %s",
        [SHOWN],
    )
    names = listed(f"{name} {size(whole)}" for name, whole, _index in rows)
    facts = {name: whole for name, whole, _index in rows}
    return ok("tables", _("大きな表（索引込み）: %(names)s") % {"names": names}, bytes=facts)


@on_postgresql("dead_rows", gettext_lazy("不要行: PostgreSQLでのみ確認します"))
def dead_rows(week: Week) -> CheckLine:
    """Rows that are gone but still take room: autovacuum does not keep up, or something holds it up."""
    rows = _rows(
        "SELECT relname, n_dead_tup, n_live_tup FROM pg_stat_user_tables"
        " WHERE n_dead_tup > %s AND n_dead_tup > %s * n_live_tup ORDER BY 2 DESC LIMIT %s",
        [MANY_DEAD, DEAD_SHARE, SHOWN],
    )
    if not rows:
        return ok("dead_rows", _("不要行: 目立つ表なし"), tables=0)
    names = listed(f"{name} {dead:,}/{live:,}" for name, dead, live in rows)
    todo = _("利用の少ない時間に VACUUM (ANALYZE) を実行してください。長い取引が残っていないかも確認してください。")
    return look("dead_rows", _("不要行が多い表: %(names)s") % {"names": names}, todo, tables=len(rows))


@on_postgresql("sequences", gettext_lazy("番号の残り: PostgreSQLでのみ確認します"))
def sequences(week: Week) -> CheckLine:
    """How far the numbering of each table has come to its end."""
    rows = _rows(
        "SELECT sequencename, last_value::float / max_value FROM pg_sequences"
        " WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 2 DESC, 1 LIMIT 1"
    )
    name, used = rows[0] if rows else ("-", 0.0)
    text = _("番号の残り: 最も進んだ %(name)s で%(share)s使用") % {"name": name, "share": percent(used, 1)}
    todo = _("列を bigint に変える移行を、この番号が尽きる前にリリースしてください。")
    return judged("sequences", text, todo, is_ng=used > AT_END, is_look=used > NEAR_END, used=used)


@on_postgresql("transactions", gettext_lazy("接続と長い取引: PostgreSQLでのみ確認します"))
def transactions(week: Week) -> CheckLine:
    """Work that has been open for long, how many connections are taken, and the age of the oldest row."""
    oldest, used = _rows(
        "SELECT min(xact_start) FILTER (WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'), count(*)"
        " FROM pg_stat_activity WHERE datname = current_database()"
    )[0]
    most = int(_one("SELECT current_setting('max_connections')"))
    age = int(_one("SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()"))
    text = _("接続: %(used)d/%(most)d") % {"used": used, "most": most}
    text += _("、最も長い取引は%(ago)sから") % {"ago": ago(oldest, week.at)} if oldest else _("、長い取引なし")
    return judged(
        "transactions",
        text,
        _("pg_stat_activity で相手を確かめ、置き去りなら終わらせてください。接続が多いなら docs/scaling.md。"),
        is_ng=used > MANY_CONNECTIONS * most or age > OLD_ROWS,
        is_look=oldest is not None and week.at - oldest > LONG_TRANSACTION,
        connections=used,
        most=most,
        frozen_age=age,
    )


def _rows(query: str, values: Sequence[str | int | float] = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def _one(query: str) -> float:
    return _rows(query)[0][0]
