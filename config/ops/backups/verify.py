"""Proving a backup: restored into a database that exists for this alone, compared with its manifest, timed."""

import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from config.ops.backups import facts, places
from config.ops.backups.databases import Postgres, of_url, site_database
from config.ops.backups.errors import BackupError, first_line
from config.ops.backups.file.archive import Opened, opened
from config.ops.backups.file.manifest import Manifest
from config.ops.backups.load import check_listing, load, programs_that_read

SCRATCH = "nitsys_verify_"
STAMP = "%Y%m%d%H%M%S"
LEFTOVER = re.compile(rf"{SCRATCH}(\d{{14}})_[0-9a-f]{{6}}")
LEFT_FOR = timedelta(days=1)
"""Longer than any verification takes; then its process is dead, and the database goes."""

Step = Callable[[int, int], None]
STEPS = 4


@dataclass(frozen=True)
class Proof:
    """What verifying a backup found: what it holds, how old it is and how long the restore took."""

    name: str
    manifest: Manifest
    bytes: int
    encrypted: bool
    rto_seconds: float
    """From asking for the backup until it was restored and compared: what a real restore takes at least."""
    rpo_seconds: float
    """Age of what is in it: so much would be lost."""
    problems: list[str] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "file": self.name, "bytes": self.bytes, "rows": self.manifest.facts.rows, "encrypted": self.encrypted,
            "tables": len(self.manifest.facts.tables), "uploads": len(self.manifest.uploads),
            "snapshot_at": self.manifest.snapshot_at.isoformat(), "rto_seconds": round(self.rto_seconds, 2),
            "rpo_seconds": round(self.rpo_seconds), "problems": self.problems[:20],
        }  # fmt: skip


def prove(asked: str, *, store_only: bool = False, step: Step = lambda done, total: None) -> Proof:
    """Restore the backup `asked` (see `places.found`) aside, compare, drop. Raises BackupError when it cannot be done."""
    began = perf_counter()
    step(0, STEPS)
    with tempfile.TemporaryDirectory(prefix="nitsys-verify-") as folder:
        path = places.found(asked, into=Path(folder), store_only=store_only)
        size = path.stat().st_size
        step(1, STEPS)
        backup = opened(path, key=places.ours().key, into=Path(folder))
        step(2, STEPS)
        problems = _tried(backup, step)
        seconds = perf_counter() - began
    age = datetime.now(UTC) - backup.manifest.snapshot_at
    step(STEPS, STEPS)
    return Proof(
        path.name, backup.manifest, size, backup.was_encrypted, seconds, max(0.0, age.total_seconds()), problems
    )


def _tried(backup: Opened, step: Step) -> list[str]:
    if backup.manifest.engine == "sqlite":
        problems = facts.differences(backup.manifest.facts, facts.of_sqlite(backup.dump))
        return problems + _nobody(facts.admins_of_sqlite(backup.dump))
    server = scratch_server()
    try:
        with scratch_database(server) as database:
            major = major_of(database)
            programs = programs_that_read(backup.manifest, major)
            check_listing(programs, backup.dump)
            load(backup.dump, database, programs, server_major=major)
            step(3, STEPS)
            return compared(backup.manifest, database)
    except psycopg.Error as error:
        raise BackupError(f"{server.label}: {first_line(error)}") from None


def compared(manifest: Manifest, database: Postgres, *, but: str = "") -> list[str]:
    """What a restored database lacks; empty when it is what was backed up and somebody can run it.

    Rows of the table `but` may differ.
    """
    with database.connect() as connection, connection.cursor() as cursor:
        problems = facts.differences(manifest.facts, facts.of_postgres(cursor), but=but)
        problems += [f"sequence {name} would hand out a number again" for name in facts.sequences_behind(cursor)]
        row = cursor.execute(facts.ADMINS).fetchone() if "tenants_user" in manifest.facts.tables else None
    return problems + _nobody(row[0] if row else 0)


def _nobody(admins: int) -> list[str]:
    return [] if admins else ["no platform admin in it could sign in"]


def scratch_server() -> Postgres:
    """BACKUP_SCRATCH_URL's, or the site's own. Raises BackupError when neither can hold a second database."""
    if url := places.ours().scratch_url:
        return of_url(url)
    site = site_database()
    if not isinstance(site, Postgres):
        raise BackupError("this backup is of PostgreSQL, this site runs on SQLite: set BACKUP_SCRATCH_URL")
    if getattr(settings, "DATABASE_POOLED", False):
        raise BackupError("DATABASE_URL leads to a pooler: set BACKUP_SCRATCH_URL to the server itself")
    return site


def major_of(database: Postgres) -> int:
    """Major version of the server, which pg_dump must not be older than."""
    with database.connect() as connection:
        return connection.info.server_version // 10_000


@contextmanager
def scratch_database(server: Postgres) -> Iterator[Postgres]:
    """A database of its own for as long as the block lasts. What killed runs left a day ago goes first."""
    name = f"{SCRATCH}{datetime.now(UTC):{STAMP}}_{secrets.token_hex(3)}"
    with server.connect() as connection:
        _sweep(connection)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield server.at(name)
        finally:
            _drop(connection, name)


def _sweep(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    limit = datetime.now(UTC) - LEFT_FOR
    for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'nitsys\\_verify\\_%'"):
        match = LEFTOVER.fullmatch(name)
        if match and datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) < limit:
            with suppress(psycopg.Error):  # another role's, perhaps; it is not in our way
                _drop(connection, name)


def _drop(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
