"""A laboratory for disasters: databases beside the suite's own, and backups that somebody spoiled."""

import hashlib
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.ops.backups import facts, places, verify
from config.ops.backups.databases import Postgres
from config.ops.backups.file.archive import Opened, opened
from config.ops.backups.load import load, programs_that_read
from config.ops.backups.programs import programs_for
from tests.config.ops.backup_cast import rewritten
from tests.site import database_url

LAB = "nitsys_restore_lab"
Restore = Callable[..., "subprocess.CompletedProcess[str]"]


def lab_url() -> str:
    """The address of the database on the clean machine."""
    return f"{database_url().rpartition('/')[0]}/{LAB}"


def state(database: Postgres) -> facts.Facts:
    """What is in a database, table by table."""
    with database.connect() as there, there.cursor() as cursor:
        return facts.of_postgres(cursor)


def scratch_databases(database: Postgres) -> list[str]:
    """Those that a verification made and did not drop."""
    with database.connect() as there:
        rows = there.execute("SELECT datname FROM pg_database WHERE datname LIKE 'nitsys\\_verify\\_%'").fetchall()
    return [name for (name,) in rows]


def open_one(path: Path, folder: Path) -> Opened:
    """A backup, opened with the site's key."""
    into = folder / os.urandom(4).hex()
    into.mkdir()
    return opened(path, key=places.ours().key, into=into)


def fill(backup: Opened, target: Postgres) -> None:
    """Restore into a database, and nothing else."""
    major = verify.major_of(target)
    load(backup.dump, target, programs_that_read(backup.manifest, major), server_major=major)


def fitting(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A backup whose dump was changed, and its manifest with it."""
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
    """The file cut off at its end."""
    path.write_bytes(path.read_bytes()[:-1000])
    return path


def found_in_dump(database: Postgres, text: str) -> int:
    """How often a text stands anywhere in a database."""
    programs = programs_for(verify.major_of(database))
    dumped = subprocess.run(
        [programs.path("pg_dump"), "--data-only"],
        env={**os.environ, **database.environment()},
        capture_output=True,
        check=True,
    )
    return dumped.stdout.decode().count(text)
