"""What the database says: is it there, is it as new as the code, and what do worker and backups report."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from django.db import connection
from django.utils import timezone

from config.ops.alarms.checks import BACKUP_OLD, DRILL_OLD, WORKER_SILENT
from config.ops.checklist import CheckLine, look, ng, ok, unsafe, worse
from config.ops.env_data import server
from config.ops.runs import last_good
from config.runtime.databases import timeouts_hold
from tenants.commands.ready import missing_migrations
from tenants.switches.models import Function, Switch
from tenants.upkeep.models import Heartbeat

CLOCKS_APART, CLOCKS_WRONG = 2.0, 60.0
"""Seconds. Deadlines are kept by the database's clock (requirement M6); sessions and mails by ours."""
Judge = Callable[[str, str, str], CheckLine]
CLOSES_ALL = (Function.MAINTENANCE, Function.READ_ONLY)


def database(at: datetime) -> CheckLine:
    """「データベース接続確認」."""
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    text = f"{server()}、{(perf_counter() - began) * 1000:.0f} ms"
    if not timeouts_hold():
        return ng("database", f"{text}、待ち時間の上限なし", "python manage.py hold_timeouts（docs/scaling.md 手順4）")
    if connection.vendor != "postgresql":
        return unsafe("database", text, "DATABASE_URL に PostgreSQL を設定する")
    return ok("database", text)


def migrations(at: datetime) -> CheckLine:
    """「マイグレーション実行」."""
    missing = missing_migrations()
    if missing:
        more = f" ほか {len(missing) - 1} 件" if len(missing) > 1 else ""
        return ng("migrations", f"未適用: {missing[0]}{more}", "python manage.py migrate --noinput")
    return ok("migrations", "すべて適用済み")


def clock(at: datetime) -> CheckLine:
    """The database's clock beside ours."""
    if connection.vendor != "postgresql":
        return ok("clock", "データベースは同じ機械の時計を使います")
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    apart = abs((theirs.astimezone(UTC) - before).total_seconds() - (timezone.now() - before).total_seconds() / 2)
    text = f"データベースとの差 {apart:.1f} 秒"
    if apart > CLOCKS_WRONG:
        return ng("clock", text, "サーバーの時刻同期を直す。締切の判定はデータベースの時計")
    return look("clock", text, "サーバーの時刻同期を確認する") if apart > CLOCKS_APART else ok("clock", text)


def worker(at: datetime) -> CheckLine:
    """Who sends the mails and does the jobs."""
    beat = Heartbeat.objects.filter(name="worker").first()
    todo = "ワーカー（python manage.py run_worker）を起動し、ログを見る"
    if beat is None:
        return worse("worker", "動作の記録がありません", todo)
    text = f"最後の記録は {ago(at - beat.beat_at)}"
    return worse("worker", text, todo) if at - beat.beat_at > WORKER_SILENT else ok("worker", text)


def backup(at: datetime) -> CheckLine:
    """「バックアップ設定」: the youngest that succeeded (requirement D5)."""
    none, todo = "成功したバックアップがまだありません", "python manage.py backup を実行し、定期実行を確認する"
    return _last_run("backup", "backup", at, BACKUP_OLD, none=none, todo=todo, when_old=worse)


def drill(at: datetime) -> CheckLine:
    """Whether a backup was restored lately: one that nobody restored is a hope."""
    none, todo = "復元の演習がまだ成功していません", "python manage.py verify_backup --latest を実行する"
    return _last_run("drill", "verify_backup", at, DRILL_OLD, none=none, todo=todo, when_old=look)


def _last_run(
    key: str, kind: str, at: datetime, oldest: timedelta, *, none: str, todo: str, when_old: Judge
) -> CheckLine:
    run = last_good(kind)
    if run is None:
        return look(key, none, todo)
    text = f"最後の成功は {ago(at - run.started_at)}"
    return when_old(key, text, todo) if at - run.started_at > oldest else ok(key, text)


def switches(at: datetime) -> CheckLine:
    """Nothing was forgotten that stops the site or a part of it."""
    stopped = Switch.objects.filter(stopped_at__isnull=False).order_by("function")
    if not stopped:
        return ok("switches", "停止中の機能なし")
    names = "、".join(str(switch) for switch in stopped)
    if any(switch.function in CLOSES_ALL for switch in stopped):
        return ng("switches", f"停止中: {names}", "python manage.py maintenance off などで再開する")
    return look("switches", f"停止中: {names}", "意図したものか確認する")


def ago(age: timedelta) -> str:
    """`3 分前`, `5 時間前`, `2 日前`."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} 分前"
    return f"{minutes // 60} 時間前" if minutes < 48 * 60 else f"{minutes // 1440} 日前"
