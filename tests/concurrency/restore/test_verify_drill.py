"""Whether a backup is any good, on a real PostgreSQL: restored into a database of its own (requirement D4)."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from config.ops.backups import take, verify
from config.ops.backups.databases import Postgres
from config.ops.backups.drill import drill
from config.ops.backups.errors import BackupError
from tenants.models import OpsRun
from tests.concurrency.restore.restore_lab import fitting, overwritten, scratch_databases, truncated
from tests.config.ops.backup_cast import KEY, OTHER_KEY, rewritten
from tests.site import ROOT, database_url
from tests.waiting import wait_until
from tests.world import Own

SABOTAGED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated file": (truncated, "cut short"),
    "block lost in the dump": (lambda path: fitting(path, overwritten), "."),
    "truncated dump": (lambda path: fitting(path, lambda dump: dump[: len(dump) // 2]), "."),
    "empty dump": (lambda path: fitting(path, lambda dump: b""), "the dump in it is empty"),
    "another version": (
        lambda path: rewritten(path, manifest=lambda m: m.update(server_version="99.1")),
        "is of PostgreSQL 99, this server is",
    ),
    "another format": (lambda path: rewritten(path, manifest=lambda m: m.update(format=7)), "has format 7"),
    "a row too many": (
        lambda path: rewritten(path, manifest=lambda m: m["facts"]["tables"].update(tenants_user=[9, "0"])),
        "table tenants_user has",
    ),
    "missing member": (lambda path: rewritten(path, without="database.dump"), r"database\.dump is missing"),
    "not a dump": (lambda path: fitting(path, lambda dump: b"-- PostgreSQL" * 99), "pg_restore cannot read it"),
}


@pytest.mark.parametrize("sabotage", SABOTAGED)
def test_a_sabotaged_backup_is_caught(world: Own, site: Postgres, settings: Any, sabotage: str) -> None:
    """Requirement D4: each with one clear line, and no scratch database left."""
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
            there.execute(f"CREATE DATABASE {name}")
    try:
        take.take(None, at=timezone.now())
        drill("latest")
        assert scratch_databases(site) == [young]
    finally:
        with site.connect() as there:
            there.execute(f"DROP DATABASE {young}")


def test_a_verification_that_is_told_to_stop_cleans_up(world: Own, site: Postgres, settings: Any) -> None:
    """SIGTERM while it restores: one line, exit 1, no scratch database."""
    with site.connect() as there:  # something to restore for a while
        there.execute(
            "INSERT INTO tenants_heartbeat (name, beat_at, facts) SELECT n::text, now(), "
            "jsonb_build_object('x', repeat(md5(n::text), 60)) FROM generate_series(1, 20000) n"
        )
    path = take.take(None, at=timezone.now()).made.path
    env = {**os.environ, "DATABASE_URL": database_url(), "BACKUP_KEY": KEY, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify_backup", path], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
    )
    with site.connect() as there:
        restoring = "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'nitsys\\_verify\\_%'"
        wait_until(lambda: there.execute(restoring).fetchone() is not None, process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("CommandError: stopped before it was through")
    assert scratch_databases(site) == []


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
