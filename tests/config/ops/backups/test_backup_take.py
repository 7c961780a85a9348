"""Taking a backup: noted, beaten, alarmed, copied, pruned (requirement D5)."""

import dataclasses
import http.server
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from config.ops.backups import erasures, places, take
from config.ops.backups.errors import BackupError
from config.ops.backups.file.names import name_at
from config.ops.backups.store import Bucket
from tenants.jobs.work import claim
from tenants.jobs.work import run as do_job
from tenants.models import Alarm, Erasure, Heartbeat, OpsRun
from tests.config.ops.backup_cast import KEY, LAB, SECRET, s3_server, small_site, store_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    return small_site(tmp_path, settings, monkeypatch)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3") / "data") as found:
        yield found


@pytest.fixture
def store(folder: Path, address: str, settings: Any, request: pytest.FixtureRequest) -> Bucket:
    """The same with a store off the platform, in a folder of the test's own."""
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, store=store_at(address, prefix=request.node.name))
    found = places.bucket()
    assert found is not None
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def run_command(*arguments: str) -> tuple[str, str]:
    out, errors = StringIO(), StringIO()
    call_command("backup", *arguments, stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def empty(folder: Path) -> None:
    """What was lost: everybody but a few."""
    with closing(sqlite3.connect(folder.parent / LAB)) as database, database:
        database.execute("DELETE FROM tenants_user WHERE id > 10")


def test_a_backup_is_noted_with_its_figures(folder: Path, now: datetime) -> None:
    taken = take.take(None, at=now)
    run, beat = OpsRun.objects.get(), Heartbeat.objects.get()
    assert (run.kind, run.succeeded, beat.name) == ("backup", True, "backup")
    assert run.facts == beat.facts | {"scheduled": False}
    assert run.facts["file"] == taken.made.path.name == name_at(now, site="dev", encrypted=True)
    assert (run.facts["rows"], run.facts["uploads"], run.facts["encrypted"]) == (401, 1, True)
    assert run.facts["bytes"] == taken.made.path.stat().st_size


def test_the_command_says_host_and_name_before_it_writes_and_no_secret(folder: Path, tmp_path: Path) -> None:
    said, _ = run_command("--output", str(tmp_path / "by-hand.zip.age"))
    assert said.splitlines()[0] == f"database: this machine {tmp_path / LAB}"
    assert said.splitlines()[-1] == f"backup:   {tmp_path / 'by-hand.zip.age'}"
    assert KEY not in said
    assert names(tmp_path) == sorted([LAB, "by-hand.zip.age"])


def test_a_second_run_to_the_same_file_is_refused_and_noted_as_failed(folder: Path, tmp_path: Path) -> None:
    run_command("--output", str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="there is a file already"):
        run_command("--output", str(tmp_path / "x.zip"))
    assert OpsRun.objects.filter(succeeded=False).get().facts["problems"]
    assert Alarm.objects.get().name == "backup_failed"


def test_a_dead_database_raises_an_alarm_and_the_next_good_backup_clears_it(folder: Path) -> None:
    lab = folder.parent / LAB
    lab.rename(lab.with_suffix(".away"))
    with pytest.raises(CommandError, match="there is no such file"):
        run_command("--scheduled")
    assert Alarm.objects.filter(name="backup_failed", cleared_at__isnull=True).exists()
    assert not Heartbeat.objects.exists()
    lab.with_suffix(".away").rename(lab)
    run_command("--scheduled")
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_a_backup_of_less_than_half_is_no_good_one(folder: Path, now: datetime) -> None:
    good = take.take(None, at=now - timedelta(days=1), scheduled=True).made.path
    empty(folder)
    with pytest.raises(BackupError, match="less than half of the last backup"):
        take.take(None, at=now, scheduled=True)
    assert Alarm.objects.filter(name="backup_shrunk").get().facts["rows"] == 11
    assert names(folder) == sorted(
        [good.name, name_at(now, site="dev", encrypted=True).replace(".zip", "-suspect.zip")]
    )
    assert places.found("latest", into=folder) == good, "the suspect one is not taken for the latest good one"
    take.take(None, at=now + timedelta(seconds=1), scheduled=True, accept_smaller=True)
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_old_ones_are_removed_but_for_the_last_seven(folder: Path, now: datetime) -> None:
    folder.mkdir()
    for day in range(36, 46):
        (folder / name_at(now - timedelta(days=day), site="dev", encrypted=True)).touch()
    (folder / "notes.txt").touch()
    said, _ = run_command("--scheduled")
    assert "removed:  4 older ones" in said
    assert len(names(folder)) == 8
    assert "notes.txt" in names(folder)


def test_what_a_killed_backup_left_is_cleared(folder: Path, now: datetime) -> None:
    folder.mkdir()
    (folder / ".nit-sys-dev-20200101T000000Z.zip.abcd.part").touch()
    taken = take.take(None, at=now)
    assert names(folder) == [taken.made.path.name]


def test_without_a_store_staging_is_warned_and_production_fails(folder: Path, settings: Any) -> None:
    settings.APP_ENV = "staging"
    assert "set BACKUP_S3_BUCKET" in run_command("--scheduled")[1]
    settings.APP_ENV = "prod"
    with pytest.raises(CommandError, match="set BACKUP_S3_BUCKET"):
        run_command("--scheduled")
    assert Alarm.objects.filter(name="backup_failed").exists()


def test_a_backup_that_is_not_encrypted_is_warned_of(folder: Path, settings: Any) -> None:
    settings.APP_ENV, settings.BACKUPS = "staging", dataclasses.replace(settings.BACKUPS, key="")
    assert "set BACKUP_KEY" in run_command("--scheduled")[1]


def test_the_scheduled_one_is_copied_and_pruned_in_the_store_too(store: Bucket, folder: Path, now: datetime) -> None:
    old = [name_at(now - timedelta(days=day), site="dev", encrypted=True) for day in range(40, 50)]
    for name in old:
        store.put_text(name, "x")
    said, _ = run_command("--scheduled")
    here = [name for name in names(folder) if name.endswith(".age")]
    assert f"store:    s3:{here[0]}, read back and compared" in said
    assert SECRET not in said
    there = {backup.name for backup in store.backups(site="dev")}
    assert there == {here[0], *old[:6]}
    assert OpsRun.objects.get().facts["off_platform"] is True


def test_the_last_good_one_is_known_when_database_and_disk_are_gone(store: Bucket, folder: Path, now: datetime) -> None:
    """An emptied database has no note of the last backup either: the store has."""
    good = take.take(None, at=now - timedelta(days=1), scheduled=True).made.path
    good.unlink()
    OpsRun.objects.all().delete()
    empty(folder)
    with pytest.raises(BackupError, match="11 rows after 401"):
        take.take(None, at=now, scheduled=True)
    assert [backup.name for backup in store.backups(site="dev")] == [good.name]
    fetched = places.found("latest", into=folder.parent)
    assert fetched == folder.parent / good.name


def test_a_store_that_is_down_keeps_the_backup_here_and_alarms(folder: Path, settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, store=store_at(address))
    with pytest.raises(CommandError, match="does not answer"):
        run_command("--scheduled")
    assert len(names(folder)) == 1
    assert "does not answer" in Alarm.objects.get(name="backup_failed").facts["reason"]
    assert OpsRun.objects.get().succeeded is False
    assert not Heartbeat.objects.exists()


class Switch(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Silent."""


def test_the_dead_mans_switch_is_told_after_a_good_one_alone(folder: Path, settings: Any) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Switch)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.BACKUP_PING_URL = f"http://127.0.0.1:{server.server_port}/uuid"
    run_command("--scheduled")
    empty(folder)
    with pytest.raises(CommandError):
        run_command("--scheduled")
    server.shutdown()
    server.server_close()
    assert Switch.asked == ["/uuid"]
    Alarm.objects.all().delete()
    assert "BACKUP_PING_URL does not answer" in run_command("--scheduled", "--accept-smaller")[1]


def test_erasures_leave_with_the_backup_and_name_nobody(store: Bucket, folder: Path, now: datetime) -> None:
    row = Erasure.objects.create(subject="athlete:17", at=now, why="鈴木一郎さんの依頼")
    run_command("--scheduled")
    text = store.text(f"erasures/{row.key}.json")
    assert json.loads(text) == {"key": str(row.key), "subject": "athlete:17", "at": now.isoformat()}
    assert (folder / "erasures" / f"{row.key}.json").read_text() == text
    row.refresh_from_db()
    assert row.copied_at is not None
    assert erasures.copy_out() == 0
    assert [one.subject for one in erasures.outside()] == ["athlete:17"]


def test_erasures_lie_in_the_store_when_the_disk_is_gone(store: Bucket, folder: Path, now: datetime) -> None:
    row = Erasure.objects.create(subject="user:3", at=now)
    assert erasures.copy_out() == 1
    (folder / "erasures" / f"{row.key}.json").unlink()
    assert [one.key for one in erasures.outside()] == [str(row.key)]
    assert erasures.outside(with_store=False) == []


def test_an_unreadable_erasure_stops_a_restore_rather_than_being_lost(folder: Path) -> None:
    (folder / "erasures").mkdir(parents=True)
    (folder / "erasures" / "x.json").write_text("{")
    with pytest.raises(BackupError, match="must not be lost"):
        erasures.outside()


def test_an_erasure_leaves_within_seconds(store: Bucket, now: datetime) -> None:
    """By a job of its own transaction; without a store there is nowhere to go, and no job."""
    row = Erasure.objects.create(subject="athlete:17", at=now)
    job = claim(at=timezone.now())
    assert job is not None
    do_job(job)
    assert "athlete:17" in store.text(f"erasures/{row.key}.json")


def test_without_a_store_an_erasure_asks_for_no_job(folder: Path, now: datetime) -> None:
    Erasure.objects.create(subject="athlete:17", at=now)
    assert claim(at=timezone.now()) is None
