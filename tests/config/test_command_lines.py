"""Contract 6: a command that could not do it exits 1 with one clear line, whatever was wrong, and says no password."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

ROOT = Path(__file__).parents[2]
AWAY = "postgres://someone:canary-pw@127.0.0.1:1/nitsys"
COMMANDS = (
    "seed_dev", "seed_staging_min", "check_env_data", "create_platform_admin --email a@example.jp", "backup",
    "import_master_products_from_sqlite --tenant 1 --sqlite x", "restore latest", "verify_backup --latest", "preflight",
    "maintenance on", "pause uploads on", "pause entries on --meet a/b", "incident list", "loadtest", "loadtest --meet a/b",
    "export_meet a/b --output x.zip", "purge_meet a/b", "export_athlete 1 --output x.zip", "erase_athlete 1",
    "erase_user 1", "weekly_check", "pre_meet_check a/b", "performance_report", "retention", "hold_timeouts --check",
    "run_worker --once", "migrate", "send_test_mail a@example.jp --via-outbox",
)  # fmt: skip


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    env = {
        "PATH": os.environ["PATH"], "DATABASE_URL": AWAY, "APP_ENV": "dev", "BACKUP_DIR": str(folder),
        "PLATFORM_ADMIN_PASSWORD": "Long-enough-word-77",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *command.split()], cwd=folder, env=env, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def test_a_database_that_is_away_is_said_in_one_line_by_every_command(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = dict(zip(COMMANDS, pool.map(lambda command: run(command, tmp_path), COMMANDS), strict=True))
    wrong = {
        command: (ended.returncode, ended.stderr)
        for command, ended in done.items()
        if ended.returncode != 1
        or not ended.stderr.splitlines()[-1].startswith("CommandError: ")
        or "Traceback" in ended.stderr
        or "canary" in ended.stdout + ended.stderr
    }
    assert wrong == {}


@pytest.mark.parametrize(("arguments", "said"), [
    (["loadtest", "--timeout", "-1"], "--timeout: write a number from 1 to 600"),
    (["loadtest", "--timeout", "0"], "--timeout: write a number from 1 to 600"),
    (["send_test_mail", "a@example.jp", "--timeout", "nan"], "--timeout: write a number of seconds"),
    (["send_test_mail", "a@example.jp", "--timeout", "inf"], "--timeout: write a number of seconds"),
    (["maintenance", "on", "--until", "0001-01-01T00:00:00+09:00"], "--until 0001-01-01T00:00:00+09:00: write it like"),
    (["maintenance", "on", "--until", "9999-12-31T23:59:59-09:00"], "--until 9999-12-31T23:59:59-09:00: write it like"),
])  # fmt: skip
def test_a_number_or_time_that_cannot_be_meant_is_refused(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command(*arguments, stdout=StringIO())
    assert str(refused.value).startswith(said)
