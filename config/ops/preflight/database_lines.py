"""What the database says: is it there, is it as new as the code, and what do worker and backups report."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from django.db import connection
from django.utils import timezone

from config.http.health import missing_migrations
from config.ops.alarms.checks import BACKUP_OLD, DRILL_OLD, WORKER_SILENT
from config.ops.env_data import server
from config.ops.preflight.line import Seen, fail, ok, unsafe, warn, worse
from config.ops.runs import last_good
from config.runtime.databases import timeouts_hold
from tenants.switches.models import Function, Switch
from tenants.upkeep.models import Heartbeat

CLOCKS_APART, CLOCKS_WRONG = 2.0, 60.0
"""Seconds. Deadlines are kept by the database's clock (requirement M6); sessions and mails by ours."""
CLOSES_ALL = (Function.MAINTENANCE, Function.READ_ONLY)


def database(at: datetime) -> Seen:
    """「データベース接続確認」."""
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    text = f"{server()}、{(perf_counter() - began) * 1000:.0f} ms"
    if not timeouts_hold():
        return fail(f"{text}、待ち時間の上限なし", "python manage.py hold_timeouts（docs/scaling.md 手順4）")
    return ok(text) if connection.vendor == "postgresql" else unsafe(text, "DATABASE_URL に PostgreSQL を設定する")


def migrations(at: datetime) -> Seen:
    """「マイグレーション実行」."""
    missing = missing_migrations()
    if missing:
        more = f" ほか {len(missing) - 1} 件" if len(missing) > 1 else ""
        return fail(f"未適用: {missing[0]}{more}", "python manage.py migrate --noinput")
    return ok("すべて適用済み")


def clock(at: datetime) -> Seen:
    """The database's clock beside ours."""
    if connection.vendor != "postgresql":
        return ok("データベースは同じ機械の時計を使います")
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    apart = abs((theirs.astimezone(UTC) - before).total_seconds() - (timezone.now() - before).total_seconds() / 2)
    text = f"データベースとの差 {apart:.1f} 秒"
    if apart > CLOCKS_WRONG:
        return fail(text, "サーバーの時刻同期を直す。締切の判定はデータベースの時計")
    return warn(text, "サーバーの時刻同期を確認する") if apart > CLOCKS_APART else ok(text)


def worker(at: datetime) -> Seen:
    """Who sends the mails and does the jobs."""
    beat = Heartbeat.objects.filter(name="worker").first()
    todo = "ワーカー（python manage.py run_worker）を起動し、ログを見る"
    if beat is None:
        return worse("動作の記録がありません", todo)
    text = f"最後の記録は {ago(at - beat.beat_at)}"
    return worse(text, todo) if at - beat.beat_at > WORKER_SILENT else ok(text)


def backup(at: datetime) -> Seen:
    """「バックアップ設定」: the youngest that succeeded (requirement D5)."""
    none, todo = "成功したバックアップがまだありません", "python manage.py backup を実行し、定期実行を確認する"
    return _last_run("backup", at, BACKUP_OLD, none=none, todo=todo, when_old=worse)


def drill(at: datetime) -> Seen:
    """Whether a backup was restored lately: one that nobody restored is a hope."""
    none, todo = "復元の演習がまだ成功していません", "python manage.py verify_backup --latest を実行する"
    return _last_run("verify_backup", at, DRILL_OLD, none=none, todo=todo, when_old=warn)


def _last_run(
    kind: str, at: datetime, oldest: timedelta, *, none: str, todo: str, when_old: Callable[[str, str], Seen]
) -> Seen:
    run = last_good(kind)
    if run is None:
        return warn(none, todo)
    text = f"最後の成功は {ago(at - run.started_at)}"
    return when_old(text, todo) if at - run.started_at > oldest else ok(text)


def switches(at: datetime) -> Seen:
    """Nothing was forgotten that stops the site or a part of it."""
    stopped = Switch.objects.filter(stopped_at__isnull=False).order_by("function")
    if not stopped:
        return ok("停止中の機能なし")
    names = "、".join(str(switch) for switch in stopped)
    if any(switch.function in CLOSES_ALL for switch in stopped):
        return fail(f"停止中: {names}", "python manage.py maintenance off などで再開する")
    return warn(f"停止中: {names}", "意図したものか確認する")


def ago(age: timedelta) -> str:
    """`3 分前`, `5 時間前`, `2 日前`."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} 分前"
    return f"{minutes // 60} 時間前" if minutes < 48 * 60 else f"{minutes // 1440} 日前"
