"""Restoring: what is refused before anything is touched, files, and erasures done again (requirements D4, D8, D9)."""

import uuid
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.ops.backups import erasures, facts, restore
from config.ops.backups.databases import Postgres, Sqlite
from config.ops.backups.erasures import Erased
from config.ops.backups.errors import BackupError
from config.ops.backups.file.archive import Opened, opened
from tenants.models import Erasure
from tenants.privacy import replay
from tests.config.ops.backup_cast import backups, made, small_database


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUPS = backups(tmp_path / "backups")
    return tmp_path / "media"


@pytest.fixture
def backup(tmp_path: Path, media: Path) -> Opened:
    """With two uploads."""
    old = tmp_path / "old-media"
    (old / "a").mkdir(parents=True)
    (old / "a" / "slip.pdf").write_bytes(b"%PDF-1")
    (old / "b.txt").write_bytes(b"b")
    (tmp_path / "opened").mkdir()
    return opened(made(tmp_path / "lab", uploads=old).path, key="", into=tmp_path / "opened")


def said_nothing(line: str) -> None:
    raise AssertionError(f"a file holds no closed doors, so there is nothing to say: {line}")


def test_a_new_file_is_restored_and_equal(backup: Opened, tmp_path: Path) -> None:
    target = Sqlite(tmp_path / "new" / "site.sqlite3")
    restore.check_target(backup, target, "")
    restore._put(backup, target, said_nothing)
    assert facts.of_sqlite(target.path) == backup.manifest.facts
    assert [path.name for path in target.path.parent.iterdir()] == ["site.sqlite3"]


def test_a_filled_file_is_refused_until_its_name_is_typed(backup: Opened, tmp_path: Path) -> None:
    target = small_database(tmp_path / "live.sqlite3", people=3)
    for typed in ("", "other.sqlite3"):
        with pytest.raises(BackupError, match=r"is not empty \(tenants_user\)\. Nothing was changed"):
            restore.check_target(backup, target, typed)
    restore.check_target(backup, target, "live.sqlite3")
    wal = tmp_path / "live.sqlite3-wal"
    wal.write_bytes(b"of the database that is replaced")
    restore._put(backup, target, said_nothing)
    assert facts.of_sqlite(target.path).tables["tenants_user"][0] == 40
    assert not wal.exists()


def test_a_backup_of_another_kind_of_database_is_refused(backup: Opened) -> None:
    with pytest.raises(BackupError, match="the backup is of sqlite, this site runs on postgresql"):
        restore.check_target(backup, Postgres("nitsys"), "nitsys")


def test_uploads_come_back_and_those_that_were_there_move_aside(backup: Opened, media: Path) -> None:
    media.mkdir()
    (media / "newer.pdf").write_bytes(b"newer")
    said: list[str] = []
    restore.put_uploads(backup, media, said.append)
    assert sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()) == [
        "a/slip.pdf",
        "b.txt",
    ]
    (aside,) = media.parent.glob("media.before-*")
    assert (aside / "newer.pdf").read_bytes() == b"newer"
    assert str(aside) in said[0]


def test_an_empty_folder_of_uploads_is_no_filled_target(backup: Opened, media: Path, tmp_path: Path) -> None:
    media.mkdir()
    restore.check_target(backup, Sqlite(tmp_path / "none.sqlite3"), "")
    restore.put_uploads(backup, media, lambda text: None)
    assert (media / "a" / "slip.pdf").read_bytes() == b"%PDF-1"
    (tmp_path / "none").mkdir()
    with pytest.raises(BackupError, match=r"is not empty \(.*media\)"):
        restore.check_target(backup, Sqlite(tmp_path / "none.sqlite3"), "")


def test_erasures_of_a_file_are_read_before_it_is_replaced(tmp_path: Path) -> None:
    import sqlite3

    target, key = small_database(tmp_path / "live.sqlite3"), uuid.uuid4()
    with sqlite3.connect(target.path) as database:
        row = (key.hex, "athlete:3", "2026-11-23 01:02:03.000004")
        database.execute("INSERT INTO tenants_erasure (key, subject, at) VALUES (?, ?, ?)", row)
    database.close()
    assert erasures.in_database(target) == [Erased(str(key), "athlete:3", "2026-11-23 01:02:03.000004")]
    assert erasures.in_database(Sqlite(tmp_path / "none.sqlite3")) == []


@pytest.fixture
def erased_again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of ghosts that were erased again."""
    done: list[int] = []

    def erase(pk: int, at: datetime) -> dict[str, int]:
        done.append(pk)
        return {"ghost": 1}

    found: dict[str, Callable[[int, datetime], dict[str, int]]] = {"ghost": erase}
    monkeypatch.setattr(replay, "_erasers", found)
    return done


@pytest.mark.django_db
def test_only_what_the_restored_database_does_not_know_is_erased_again(erased_again: list[int], now: datetime) -> None:
    known = Erasure.objects.create(subject="ghost:1", at=now)
    later, naive = (str(uuid.uuid4()) for _ in range(2))
    listed = [
        Erased(str(known.key), "ghost:1", now.isoformat()),
        Erased(later, "ghost:9", now.isoformat()),
        Erased(later, "ghost:9", now.isoformat()),
        Erased(naive, "ghost:2", "2020-01-01 00:00:00"),
    ]
    assert erasures.replay_all(listed) == 2
    assert erased_again == [2, 9], "in the order in which they were erased"
    row = Erasure.objects.get(key=later)
    assert (row.subject, row.at, row.counts, row.replayed_at is not None) == ("ghost:9", now, {"ghost": 1}, True)
    assert erasures.replay_all(listed) == 0, "the second restore of the same database finds all done"


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["unknown:1", "ghost", "ghost:x"])
def test_an_erasure_that_cannot_be_done_again_stops_the_restore(
    erased_again: list[int], subject: str, now: datetime
) -> None:
    with pytest.raises(BackupError, match="cannot be done again by this release"):
        erasures.replay_all([Erased(str(uuid.uuid4()), subject, now.isoformat())])
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.zip"], "there is no such file"),
        (["latest"], "there is no backup of dev"),
        (["x.zip", "--yes-replace", "x"], "goes with --replace"),
        (["s3:x"], "BACKUP_S3_BUCKET is not set"),
    ],
)
def test_a_backup_that_is_not_there_is_said_in_one_line(media: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        call_command("restore", *arguments, stdout=StringIO())
    assert len(str(refused.value).splitlines()) == 1
