"""The list in its order: what must hold first (seed 002 「必須項目」), then what should (「推奨項目」)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError

from config.ops.checklist import CheckLine, ng
from config.ops.preflight import database_lines, outside_lines, settings_lines


class Point(NamedTuple):
    """What is looked at. `key` is its name on the command line."""

    key: str
    name: str
    look: Callable[[datetime], CheckLine]
    asks_database: bool = False


POINTS = (
    Point("debug", "DEBUG", settings_lines.debug),
    Point("secret_key", "SECRET_KEY", settings_lines.secret_key),
    Point("hosts", "ALLOWED_HOSTS", settings_lines.hosts),
    Point("origins", "CSRF_TRUSTED_ORIGINS", settings_lines.origins),
    Point("checks", "設定の検査", settings_lines.deployment_checks),
    Point("database", "データベース接続", database_lines.database, asks_database=True),
    Point("migrations", "マイグレーション", database_lines.migrations, asks_database=True),
    Point("static", "静的ファイル", outside_lines.static_files),
    Point("disk", "ディスク", outside_lines.disk),
    Point("clock", "時計", database_lines.clock, asks_database=True),
    Point("switches", "停止中の機能", database_lines.switches, asks_database=True),
    Point("worker", "ワーカー", database_lines.worker, asks_database=True),
    Point("mail", "メール送信", outside_lines.mail),
    Point("sentry", "Sentry", outside_lines.sentry),
    Point("backup", "バックアップ", database_lines.backup, asks_database=True),
    Point("drill", "復元の演習", database_lines.drill, asks_database=True),
    Point("certificate", "SSL証明書", outside_lines.certificate),
)
LACKS = ("42P01", "42703")
"""PostgreSQL's codes for a table and a column that is not there."""
NO_DATABASE = ng("database", "データベースが応答しません", "DATABASE_URL とデータベースの状態を確認する")
NO_TABLE = ng("database", "表が足りないため確認できません", "python manage.py migrate --noinput")


def go_through(points: Iterable[Point], *, at: datetime) -> Iterator[CheckLine]:
    """Look at each point; its name is the line's topic. Once the database did not answer it is not waited for again."""
    away = False
    for point in points:
        line = NO_DATABASE
        if not (away and point.asks_database):
            try:
                line = point.look(at)
            except (DatabaseError, InterfaceError) as error:
                line = _refused(error)
                away = line is NO_DATABASE
        yield replace(line, key=point.key, topic=point.name)


def _refused(error: Exception) -> CheckLine:
    """A database that lacks a table answers; what it lacks is said by the line of the migrations."""
    lacks = getattr(error.__cause__, "sqlstate", None) in LACKS or "no such" in str(error)
    return NO_TABLE if lacks else NO_DATABASE
