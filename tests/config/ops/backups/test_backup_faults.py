"""What may go wrong around a backup: the disk, the database, a second one at once, a stop (requirements D4, D5, D9)."""

import os
import signal
import socketserver
import sqlite3
import threading
import uuid
from contextlib import closing
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from config.ops.backups import erasures, restore, take, verify
from config.ops.backups.databases import Sqlite, of_settings
from config.ops.backups.erasures import Erased
from config.ops.backups.errors import BackupError, said_clearly
from config.ops.backups.file.archive import opened
from config.ops.backups.file.sealed import clear_leftovers, written
from config.ops.backups.stopping import cleanly
from config.runtime import ping
from tenants.models import Alarm, Erasure, OpsRun
from tests.config.ops.backup_cast import backups, made, small_database, small_site


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    return small_site(tmp_path, settings, monkeypatch)


def full(*arguments: Any, **options: Any) -> None:
    raise OSError(28, "No space left on device")


def gone(*arguments: Any, **options: Any) -> None:
    raise psycopg.OperationalError("server closed the connection unexpectedly\n\tThis probably means …")


def the_one_line(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        call_command(*arguments, stdout=StringIO(), stderr=StringIO())
    (line,) = str(refused.value).splitlines()
    return line


@pytest.mark.django_db
def test_a_full_disk_ends_a_backup_with_one_line_and_an_alarm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "copy_out", full)
    assert the_one_line("backup", "--scheduled") == "No space left on device"
    assert OpsRun.objects.get().succeeded is False
    assert Alarm.objects.get().name == "backup_failed"


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [full, gone])
def test_a_fault_ends_a_drill_with_one_line_and_an_alarm(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: Any, now: datetime
) -> None:
    take.take(None, at=now)
    monkeypatch.setattr(verify, "opened", fault)
    assert the_one_line("verify_backup", "--latest")
    assert Alarm.objects.get().name == "drill_failed"


def test_what_the_disk_says_names_the_file() -> None:
    with (
        pytest.raises(BackupError, match=r"^broken off: /nowhere/x: No such file or directory$"),
        said_clearly("broken off: "),
    ):
        Path("/nowhere/x").read_bytes()


def site_of(target: Sqlite, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site on that file, whose backup is older than its erasure of athlete 3; the backup."""
    settings.BACKUPS, settings.MEDIA_ROOT = backups(tmp_path / "backups"), tmp_path / "media"
    with closing(sqlite3.connect(target.path)) as database, database:
        row = (uuid.uuid4().hex, "athlete:3", "2026-11-23 01:02:03")
        database.execute("INSERT INTO tenants_erasure (key, subject, at) VALUES (?, ?, ?)", row)
    monkeypatch.setattr(restore, "site_database", lambda: target)
    return made(tmp_path / "lab").path


@pytest.mark.parametrize("broken", ["_put", "put_uploads"])
def test_an_erasure_outlives_a_restore_that_is_broken_off(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Requirement D9: it stood in the database alone, and that is replaced already;
    the next try finds it in the folder."""
    target = small_database(tmp_path / "live.sqlite3", people=3)
    path = site_of(target, tmp_path, settings, monkeypatch)
    monkeypatch.setattr(restore, broken, full)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    with pytest.raises(BackupError, match=r"^broken off, keep maintenance on and run it again: No space left"):
        restore.restore(str(path), replace="live.sqlite3")
    target.path.unlink()
    (kept,) = erasures.gathered(target, with_store=False)
    assert (kept.subject, kept.at) == ("athlete:3", "2026-11-23 01:02:03")


def test_before_anything_is_touched_the_line_says_so(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = small_database(tmp_path / "live.sqlite3", people=3)
    path = site_of(target, tmp_path, settings, monkeypatch)
    monkeypatch.setattr(restore, "opened", full)
    with pytest.raises(BackupError, match=r"^nothing was changed: No space left on device$"):
        restore.restore(str(path), replace="live.sqlite3")


@pytest.mark.django_db
def test_an_erasure_is_written_whole(folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of one would stop every restore: it takes its name when it is there."""
    row = Erasure.objects.create(subject="athlete:17", at=now)

    def half(path: Path, text: str) -> None:
        path.write_bytes(text.encode()[:9])
        full()

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", half)
        with pytest.raises(BackupError, match="No space left"):
            erasures.copy_out()
    assert erasures.outside() == []
    erasures.copy_out()
    assert erasures.outside() == [Erased(str(row.key), "athlete:17", now.isoformat())]


def test_a_backup_under_way_is_no_leftover_of_a_killed_one(tmp_path: Path) -> None:
    (tmp_path / ".old.zip.abcd.part").touch()
    with written(tmp_path / "new.zip", key="") as (out, _tally):
        out.write(b"x")
        clear_leftovers(tmp_path)
        assert [path.name.partition(".zip")[0] for path in tmp_path.iterdir()] == [".new"]
    assert (tmp_path / "new.zip").read_bytes() == b"x"


def test_a_second_request_to_stop_does_not_break_off_the_cleaning_up() -> None:
    cleaned, before = [], signal.getsignal(signal.SIGINT)

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            cleaned.append(True)

    with pytest.raises(BackupError, match="stopped before it was through"), cleanly():
        work()
    assert cleaned == [True]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_end_that_points_nowhere_is_damage(tmp_path: Path) -> None:
    """The last 22 bytes say where the list of members is; whatever they say, one line comes of it."""
    path = made(tmp_path / "lab").path
    whole, caught = path.read_bytes(), 0
    for place in range(len(whole) - 22, len(whole)):
        for flipped in (0x01, 0x80, 0xFF):
            changed = bytearray(whole)
            changed[place] ^= flipped
            path.write_bytes(changed)
            into = tmp_path / f"{place}-{flipped}"
            into.mkdir()
            try:
                opened(path, key="", into=into)
            except BackupError:
                caught += 1
    assert caught > 30


def test_a_server_behind_a_socket_is_backed_up_and_no_other(tmp_path: Path) -> None:
    """`postgres:///nitsys?host=/run/pg`: the place stands among the options, where pg_dump has to find it too."""
    options = {"host": "/run/pg", "port": 5433, "password": "canary-pw", "sslmode": "disable"}
    found = of_settings(
        {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "x",
            "HOST": "",
            "PORT": "",
            "USER": "",
            "PASSWORD": "",
            "OPTIONS": options,
        }
    )
    assert not isinstance(found, Sqlite)
    assert (found.label, found.port) == ("/run/pg x", "5433")
    assert found.environment()["PGHOST"] == "/run/pg"
    assert found.environment()["PGPASSWORD"] == "canary-pw"
    assert "canary" not in repr(found)


def test_a_dead_mans_switch_that_answers_nonsense_makes_no_backup_bad() -> None:
    class Nonsense(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1024)
            self.request.sendall(b"what?\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Nonsense) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert ping.failed(f"http://127.0.0.1:{server.server_address[1]}/uuid") == "BadStatusLine"
