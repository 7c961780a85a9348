"""Disaster and back, on a real PostgreSQL (requirements D3, D9)."""

import dataclasses
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.ops.backups import erasures, facts, take
from config.ops.backups.databases import Postgres
from config.ops.backups.errors import BackupError
from config.ops.backups.file.manifest import Manifest
from config.ops.backups.restore import bring_up_to_date, check_target
from config.ops.smoke.http import Visitor, read_place
from config.ops.smoke.signin import try_password
from entries.archive.erasing import erase
from entries.roster.models import Athlete
from tenants.models import User
from tests.concurrency.restore.restore_lab import (
    LAB,
    Restore,
    fill,
    fitting,
    found_in_dump,
    lab_url,
    open_one,
    overwritten,
    state,
)
from tests.conftest import PASSWORD
from tests.site import Site
from tests.world import Own


def test_after_a_disaster_everything_is_as_it_was(
    world: Own, site: Postgres, new_server: Postgres, restore: Restore, tmp_path: Path, settings: Any
) -> None:
    """Requirement D3: backup, a new empty server and empty uploads, restore: rows, files, sequences;
    and people sign in."""
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
    with Site(workers=1, threads=2, DATABASE_URL=lab_url()) as again:
        answer = try_password(Visitor(read_place(again.address), timeout=30), "admin@example.com", PASSWORD)
        assert (answer.status, answer.location) == (302, "/admin/")


def test_a_filled_database_is_left_alone_until_its_name_is_typed(
    world: Own, new_server: Postgres, restore: Restore, tmp_path: Path, settings: Any
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
    world: Own, new_server: Postgres, restore: Restore, tmp_path: Path
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


@pytest.mark.parametrize("change", [lambda dump: dump[: len(dump) * 2 // 3], overwritten], ids=["cut", "overwritten"])
def test_a_dump_that_breaks_off_inside_changes_nothing(
    world: Own, new_server: Postgres, tmp_path: Path, settings: Any, change: Callable[[bytes], bytes]
) -> None:
    """Checksums that fit a broken dump: what is left is the one transaction."""
    settings.BACKUPS = dataclasses.replace(settings.BACKUPS, key="")
    path = take.take(None, at=timezone.now()).made.path
    fill(open_one(path, tmp_path), new_server)
    before = state(new_server)
    with pytest.raises(BackupError, match="nothing was changed") as refused:
        fill(open_one(fitting(path, change), tmp_path), new_server)
    assert len(str(refused.value).splitlines()) == 1
    assert state(new_server) == before


def test_who_was_erased_after_the_backup_is_erased_again(
    world: Own, site: Postgres, new_server: Postgres, restore: Restore, admin: User, settings: Any, tmp_path: Path
) -> None:
    """Requirement D9: also when the database that knew of the erasure is gone,
    by the list that lies beside the backups."""
    take.take(None, at=timezone.now())
    assert found_in_dump(site, "kitacanary姓") > 0
    erase(world.athlete, by=admin, at=timezone.now(), withdraw=True)
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


def test_a_restore_that_cannot_erase_again_says_keep_it_closed(
    world: Own, new_server: Postgres, restore: Restore, settings: Any
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
    module = sys.modules["config.ops.backups.restore"]
    ran, said = list[tuple[str, ...]](), list[str]()
    now = datetime.now(UTC)
    newer = facts.Facts({}, {}, ["entries.9999_of_tomorrow"])
    manifest = Manifest("dev", "", now, now, "postgresql", "18.1", 18, newer)
    monkeypatch.setattr(module, "missing_migrations", lambda: ["entries.0005_x", "tenants.0004_y"])
    monkeypatch.setattr(module, "call_command", lambda *names, **options: ran.append(names))
    assert bring_up_to_date(manifest, said.append) == 2
    assert ran == [("migrate",)]
    assert "entries.9999_of_tomorrow is not known here" in said[0]
    assert "migrated: 2" in said[1]
