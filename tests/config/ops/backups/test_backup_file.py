"""The file of a backup: whole or refused, whatever happened to it, and readable without us (requirement D4)."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.ops.backups import facts
from config.ops.backups.databases import Sqlite
from config.ops.backups.dump import make
from config.ops.backups.errors import BackupError, Damaged
from config.ops.backups.file.archive import Opened, opened
from config.ops.backups.file.sealed import written
from tests.config.ops.backup_cast import KEY, OTHER_KEY, made, rewritten, small_database


def open_again(path: Path, key: str = "") -> Opened:
    """In a folder of its own each time."""
    into = path.parent / "opened" / os.urandom(4).hex()
    into.mkdir(parents=True)
    return opened(path, key=key, into=into)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "slips").mkdir(parents=True)
    (folder / "slips" / "振込.pdf").write_bytes(b"%PDF" + bytes(range(256)))
    (folder / "empty.txt").touch()
    return folder


@pytest.mark.parametrize("key", ["", KEY], ids=["plain", "encrypted"])
def test_what_is_opened_is_what_was_backed_up(tmp_path: Path, uploads: Path, key: str) -> None:
    backup = made(tmp_path / "lab", key=key, uploads=uploads)
    again = open_again(backup.path, key)
    assert facts.of_sqlite(again.dump) == facts.of_sqlite(tmp_path / "lab" / "site.sqlite3") == again.manifest.facts
    assert (again.uploads / "slips" / "振込.pdf").read_bytes() == (uploads / "slips" / "振込.pdf").read_bytes()
    assert (again.uploads / "empty.txt").read_bytes() == b""
    assert again.was_encrypted is bool(key)
    assert backup.bytes == backup.path.stat().st_size
    assert backup.sha256 == hashlib.sha256(backup.path.read_bytes()).hexdigest()


def test_an_encrypted_backup_shows_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    backup = made(tmp_path / "lab", key=KEY)
    content = backup.path.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"manifest.json" not in content
    assert "𠮷田".encode() not in content
    assert sorted(path.name for path in (tmp_path / "lab").iterdir()) == ["backup.zip", "site.sqlite3"]
    assert backup.path.stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_the_age_program_and_a_zip_reader_are_enough(tmp_path: Path) -> None:
    """docs/backup.md, 「このシステムなしで復元する」."""
    backup = made(tmp_path / "lab", key=KEY)
    key = tmp_path / "key.txt"
    key.write_text(KEY + "\n")
    plain = tmp_path / "plain.zip"
    subprocess.run(["age", "--decrypt", "-i", key, "-o", plain, backup.path], check=True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", plain, tmp_path / "out"], check=True)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    dump = tmp_path / "out" / "database.sqlite3"
    assert hashlib.sha256(dump.read_bytes()).hexdigest() == manifest["members"]["database.sqlite3"]["sha256"]


def break_off(path: Path, key: str) -> None:
    with written(path, key=key) as (out, _):
        out.write(b"half")
        raise RuntimeError


def test_nothing_stands_under_the_name_of_a_backup_that_broke_off(tmp_path: Path) -> None:
    for key in ("", KEY):
        with pytest.raises(RuntimeError):
            break_off(tmp_path / "backup.zip", key)
        assert list(tmp_path.iterdir()) == []


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    backup = made(tmp_path / "lab")
    before = backup.path.read_bytes()
    with pytest.raises(BackupError, match="there is a file already"):
        make(backup.path, database=Sqlite(tmp_path / "lab" / "site.sqlite3"), uploads=tmp_path, key="")
    assert backup.path.read_bytes() == before


def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path: Path) -> None:
    """With a limit on the size of files in a process of its own; in ours it would hit everything else."""
    made(tmp_path / "lab")
    code = (
        "import django, pathlib, resource, signal; django.setup(); signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from config.ops.backups.databases import Sqlite; from config.ops.backups.dump import make\n"
        "from config.ops.backups.errors import BackupError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        f"lab = pathlib.Path({str(tmp_path)!r})\n"
        "from config.ops.backups.file.sealed import written\n"
        f"for key in ('', {KEY!r}):\n"
        "    try:\n"
        "        with written(lab / 'big.zip', key=key) as (out, _):\n"
        "            for _ in range(1000): out.write(bytes(4096))\n"
        "    except BackupError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": f"sqlite:///{tmp_path}/none"},
    )
    assert done.stdout.count("big.zip: cannot be written: ") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["lab"]


def test_a_truncated_backup_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    for key in ("", KEY):
        backup = made(tmp_path / f"lab{len(key)}", key=key)
        whole = backup.path.read_bytes()
        for share in (0.02, 0.3, 0.7, 0.99, 0.9999):
            backup.path.write_bytes(whole[: int(len(whole) * share)])
            with pytest.raises(Damaged, match=r"backup\.zip: .*(damaged or cut short|no manifest)"):
                open_again(backup.path, key)


@pytest.mark.parametrize("key", ["", KEY], ids=["plain", "encrypted"])
def test_no_flipped_byte_gets_through(tmp_path: Path, key: str) -> None:
    """Refused, or (a date in the zip's own lists) without any effect on what is restored."""
    backup = made(tmp_path / "lab", key=key)
    whole, same = backup.path.read_bytes(), open_again(backup.path, key).manifest
    chance, harmless, lines = random.Random(26), 0, []
    tail = range(len(whole) - 3000, len(whole), 40)
    for place in [0, 30, *tail, *(chance.randrange(len(whole)) for _ in range(60))]:
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        backup.path.write_bytes(flipped)
        try:
            again = open_again(backup.path, key)
        except BackupError as error:
            lines.append(len(str(error).splitlines()))
        else:
            harmless += 1
            assert not key, f"byte {place} is not protected"
            assert again.manifest == same, f"byte {place} changed the manifest"
            assert facts.of_sqlite(again.dump) == same.facts
    assert harmless < 40
    assert set(lines) == {1}


def wrong_member(values: dict[str, Any]) -> None:
    values["members"]["database.sqlite3"]["sha256"] = "0" * 64


def outside(values: dict[str, Any]) -> None:
    values["members"]["../../evil"] = values["members"]["database.sqlite3"]


SABOTAGED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "member missing": (lambda path: rewritten(path, without="database.sqlite3"), "database.sqlite3 is missing"),
    "manifest missing": (lambda path: rewritten(path, without="manifest.json"), "no manifest.json in it"),
    "other format": (lambda path: rewritten(path, manifest=lambda m: m.update(format=2)), "has format 2"),
    "manifest lies": (lambda path: rewritten(path, manifest=wrong_member), "sha256 differs"),
    "manifest is no list": (lambda path: rewritten(path, instead={"manifest.json": b"[]"}), "cannot be read"),
    "manifest is cut": (lambda path: rewritten(path, instead={"manifest.json": b'{"format": 1'}), "cannot be read"),
    "dump changed": (lambda path: rewritten(path, instead={"database.sqlite3": b"x" * 500}), "sha256 differs"),
    "member outside": (lambda path: rewritten(path, manifest=outside), "missing in it"),
    "no rows": (lambda path: rewritten(path, manifest=lambda m: m["facts"].update(tables={})), "is empty"),
}


@pytest.mark.parametrize("sabotage", SABOTAGED)
def test_a_sabotaged_backup_is_refused_with_a_clear_line(tmp_path: Path, sabotage: str) -> None:
    change, said = SABOTAGED[sabotage]
    with pytest.raises(BackupError, match=said) as refused:
        open_again(change(made(tmp_path / "lab").path))
    assert len(str(refused.value).splitlines()) == 1
    assert not (tmp_path / "evil").exists()


def test_a_member_that_would_be_written_elsewhere_is_refused(tmp_path: Path) -> None:
    path = rewritten(made(tmp_path / "lab").path, manifest=outside)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil", "x")
    with pytest.raises(Damaged, match="outside its folder"):
        open_again(path)


def test_the_wrong_key_and_no_key_are_told_from_damage(tmp_path: Path) -> None:
    backup = made(tmp_path / "lab", key=KEY)
    with pytest.raises(BackupError, match="not the one that it was made with"):
        open_again(backup.path, OTHER_KEY)
    with pytest.raises(BackupError, match="is encrypted: set BACKUP_KEY"):
        open_again(backup.path)
    with pytest.raises(BackupError, match="BACKUP_KEY: this is no age key"):
        open_again(backup.path, "AGE-SECRET-KEY-1XYZ")


def test_what_is_no_backup_at_all_is_said(tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    path.write_text("-- PostgreSQL database dump")
    with pytest.raises(Damaged, match=r"dump\.sql: damaged or cut short"):
        open_again(path)
    with pytest.raises(BackupError, match="No such file"):
        open_again(tmp_path / "nowhere.zip")


def test_an_empty_database_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is nothing in this database"):
        make(tmp_path / "backup.zip", database=Sqlite(empty_file(tmp_path)), uploads=tmp_path / "none", key="")
    assert not (tmp_path / "backup.zip").exists()
    with pytest.raises(BackupError, match="there is no such file"):
        make(tmp_path / "backup.zip", database=Sqlite(tmp_path / "none.sqlite3"), uploads=tmp_path, key="")


def empty_file(folder: Path) -> Path:
    path = folder / "empty.sqlite3"
    path.touch()
    return path


def test_a_database_in_use_is_backed_up_at_one_moment(tmp_path: Path) -> None:
    """`VACUUM INTO`: what is written but not committed is not in it, and the writer is not disturbed."""
    import sqlite3

    database = small_database(tmp_path / "site.sqlite3")
    writer = sqlite3.connect(database.path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM tenants_user")
    backup = make(tmp_path / "backup.zip", database=database, uploads=tmp_path / "none", key="")
    writer.execute("COMMIT")
    writer.close()
    assert backup.manifest.facts.tables["tenants_user"][0] == 40


def test_any_difference_between_two_databases_is_named(tmp_path: Path) -> None:
    import sqlite3

    one = small_database(tmp_path / "one.sqlite3").path
    before = facts.of_sqlite(one)
    for statement, said in (
        ("UPDATE tenants_user SET name = 'x' WHERE id = 7", "table tenants_user has 40 rows, but not the same"),
        ("DELETE FROM tenants_user WHERE id = 7", "table tenants_user has 39 rows instead of 40"),
        ("DROP TABLE tenants_erasure", "table tenants_erasure is missing"),
        ("CREATE TABLE more (id INTEGER)", "table more is not of this backup"),
        ("UPDATE sqlite_sequence SET seq = 0", "sequence django_migrations is behind"),
        ("UPDATE django_migrations SET name = '0002'", "the migrations differ"),
    ):
        other = Path(shutil.copy(one, tmp_path / "other.sqlite3"))
        changing = sqlite3.connect(other)
        with changing:
            changing.execute(statement)
        changing.close()
        assert said in facts.differences(before, facts.of_sqlite(other)), statement
    assert facts.differences(before, facts.of_sqlite(one)) == []
