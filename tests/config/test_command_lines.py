"""Contract 6: a command that could not do it exits 1 with one clear line, whatever was wrong, and says no password."""

import json
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


MISTYPED = (
    *(f"{name} --no-such-option" for name in sorted({command.split()[0] for command in COMMANDS})), "flush --no-such-option",
    "serve --no-such-option", "smoke --no-such-option", "send_test_event x", "restore", "export_meet", "incident", "incident open",
    "incident note x y", "incident later", "loadtest --teams many", "maintenance perhaps", "performance_report --since foo",
)  # fmt: skip
"""Arguments that nobody can read; none of them reaches the database."""

AS_PROCESSES = ("backup", "migrate", "run_worker --once", "seed_dev")
"""Started like this for the exit code that the system sees; the others share a process, through the same `main`."""

SHARED = """
import contextlib, io, json, sys, traceback
import manage

for command in json.loads(sys.argv[1]):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.argv = ["manage.py", *command.split()]
        try:
            manage.main()
        except SystemExit as ended:
            code = ended.code
        except BaseException:
            traceback.print_exc()
    print(json.dumps([command, code, out.getvalue(), err.getvalue()]))
"""


def start(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """A Python of its own, whose database is away."""
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": AWAY,
        "APP_ENV": "dev",
        "BACKUP_DIR": str(folder),
        "PLATFORM_ADMIN_PASSWORD": "Long-enough-word-77",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )


def wrong(code: object, out: str, err: str) -> bool:
    """Whether it ended otherwise than with 1 and one clear line, or said the password."""
    lines = err.splitlines()
    clear = bool(lines) and lines[-1].startswith("CommandError: ") and "Traceback" not in err
    return code != 1 or not clear or "canary" in out + err


def test_a_database_that_is_away_is_said_in_one_line_by_every_command(tmp_path: Path) -> None:
    ended = start(tmp_path, "-c", SHARED, json.dumps(COMMANDS))
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [command for command, *_ in told] == list(COMMANDS), ended.stderr
    assert [one for one in told if wrong(*one[1:])] == []
    assert "canary" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_arguments_that_cannot_be_read_are_said_in_one_line_by_every_command(tmp_path: Path) -> None:
    ended = start(tmp_path, "-c", SHARED, json.dumps(MISTYPED))
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [command for command, *_ in told] == list(MISTYPED), ended.stderr
    assert [one for one in told if wrong(*one[1:]) or len(one[3].splitlines()) != 1 or "--help" not in one[3]] == []


def test_the_system_sees_the_exit_code(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda command: start(tmp_path, ROOT / "manage.py", *command.split()), AS_PROCESSES))
    assert [one for one in done if wrong(one.returncode, one.stdout, one.stderr)] == []


@pytest.mark.parametrize(
    ("code", "out", "err"),
    [
        (0, "", "CommandError: no"),
        (1, "", ""),
        (1, "", "Traceback\nCommandError: no"),
        (1, "canary-pw", "CommandError: no"),
        (1, "", "CommandError: no\nmore"),
        (2, "", "CommandError: no"),
    ],
)
def test_an_unclear_end_is_seen(code: int, out: str, err: str) -> None:
    assert wrong(code, out, err)
    assert not wrong(1, "", "CommandError: the database does not answer")


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
