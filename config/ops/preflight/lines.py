"""The list in its order: what must hold first (seed 002 「必須項目」), then what should (「推奨項目」)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from config.ops.preflight import database_lines, outside_lines, settings_lines
from config.ops.preflight.line import Line, Mark, Seen, fail

LINES = (
    Line("debug", "DEBUG", settings_lines.debug),
    Line("secret_key", "SECRET_KEY", settings_lines.secret_key),
    Line("hosts", "ALLOWED_HOSTS", settings_lines.hosts),
    Line("origins", "CSRF_TRUSTED_ORIGINS", settings_lines.origins),
    Line("checks", "設定の検査", settings_lines.deployment_checks),
    Line("database", "データベース接続", database_lines.database, asks_database=True),
    Line("migrations", "マイグレーション", database_lines.migrations, asks_database=True),
    Line("static", "静的ファイル", outside_lines.static_files),
    Line("disk", "ディスク", outside_lines.disk),
    Line("clock", "時計", database_lines.clock, asks_database=True),
    Line("switches", "停止中の機能", database_lines.switches, asks_database=True),
    Line("worker", "ワーカー", database_lines.worker, asks_database=True),
    Line("mail", "メール送信", outside_lines.mail),
    Line("sentry", "Sentry", outside_lines.sentry),
    Line("backup", "バックアップ", database_lines.backup, asks_database=True),
    Line("drill", "復元の演習", database_lines.drill, asks_database=True),
    Line("certificate", "SSL証明書", outside_lines.certificate),
)
LACKS = ("42P01", "42703")
"""PostgreSQL's codes for a table and a column that is not there."""
NO_DATABASE = fail("データベースが応答しません", "DATABASE_URL とデータベースの状態を確認する")


def look(lines: Iterable[Line], *, at: datetime) -> Iterator[tuple[Line, Seen]]:
    """Look at each line. Once the database did not answer it is not waited for again."""
    away = False
    for line in lines:
        if away and line.asks_database:
            yield line, NO_DATABASE
            continue
        try:
            yield line, line.look(at)
        except (DatabaseError, InterfaceError) as error:
            seen = _refused(line, error)
            away = seen is NO_DATABASE
            yield line, seen


def _refused(line: Line, error: Exception) -> Seen:
    """A database that lacks a table answers; what it lacks is said by the line of the migrations."""
    if getattr(error.__cause__, "sqlstate", None) in LACKS or "no such" in str(error):
        return fail("表が足りないため確認できません", "python manage.py migrate --noinput")
    return NO_DATABASE


def failed(results: Iterable[tuple[Line, Seen]]) -> list[Line]:
    """The lines that do not hold."""
    return [line for line, seen in results if seen.mark is Mark.FAIL]
