"""Making a backup: database and what is in it at one moment, then the uploads, into one file."""

import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect
from time import perf_counter
from typing import IO

import psycopg
from django.conf import settings

from config.env import for_child
from config.ops.backups import facts
from config.ops.backups.databases import Database, Postgres, Sqlite
from config.ops.backups.errors import BackupError, first_line
from config.ops.backups.facts import Facts
from config.ops.backups.file.archive import Packer
from config.ops.backups.file.manifest import DUMPS, Manifest
from config.ops.backups.file.sealed import written
from config.ops.backups.programs import Programs, complaint, programs_for

EXTENSIONS = "SELECT extname FROM pg_extension WHERE extname NOT IN ('plpgsql', 'pg_stat_statements')"
"""Ours. The provider's own may be made by nobody but the provider."""


@dataclass(frozen=True)
class Made:
    """A backup that was just made."""

    path: Path
    manifest: Manifest
    bytes: int
    sha256: str
    seconds: float
    """Its making, without the process's start."""


def make(path: Path, *, database: Database, uploads: Path, key: str) -> Made:
    """Write a backup of database and uploads to `path`, encrypted when `key` is given. Raises BackupError."""
    began = perf_counter()
    with written(path, key=key) as (out, tally), Packer(out) as packer:
        manifest = _add_postgres(packer, database) if isinstance(database, Postgres) else _add_sqlite(packer, database)
        if not manifest.facts.rows or not manifest.facts.migrations:
            raise BackupError(f"{database.label}: there is nothing in this database; an empty backup is none")
        packer.add_uploads(uploads)
        manifest.members.update(packer.members)
        packer.finish(manifest)
    return Made(path, manifest, tally.bytes, tally.sha256, perf_counter() - began)


def _manifest(at: datetime, engine: str, version: str, dumped_by: int, found: Facts) -> Manifest:
    return Manifest(
        site=settings.APP_ENV, release=settings.RELEASE, snapshot_at=at, made_at=datetime.now(UTC), engine=engine,
        server_version=version, dumped_by=dumped_by, facts=found,
    )  # fmt: skip


def _add_postgres(packer: Packer, database: Postgres) -> Manifest:
    try:
        with facts.snapshot(database) as (cursor, name, at), ThreadPoolExecutor(1) as aside:
            version = cursor.connection.info.server_version
            programs = programs_for(version // 10_000)
            extensions = [row[0] for row in cursor.execute(EXTENSIONS).fetchall()]
            with _dumping(programs, database, name, extensions) as stream:
                counting: Future[Facts] = aside.submit(facts.of_postgres, cursor)  # both cores, one moment
                packer.add(DUMPS[database.engine], stream)
            found = counting.result()
    except psycopg.Error as error:
        raise BackupError(f"{database.label}: {first_line(error)}") from None
    return _manifest(at, database.engine, f"{version // 10_000}.{version % 10_000}", programs.major, found)


@contextmanager
def _dumping(programs: Programs, database: Postgres, snapshot: str, extensions: list[str]) -> Iterator[IO[bytes]]:
    """pg_dump's output. Raises BackupError when the block has read it and pg_dump did not end well."""
    command = [
        programs.path("pg_dump"), "--format=custom", f"--compress={compression(programs)}", "--no-owner",
        "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions", f"--snapshot={snapshot}",
        "--lock-wait-timeout=10000", *(f"--extension={name}" for name in extensions),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(  # noqa: S603
            command, env=for_child(**database.environment()), stdout=subprocess.PIPE, stderr=stderr
        )
        try:
            assert process.stdout is not None  # noqa: S101
            yield process.stdout
            if process.wait() != 0:
                raise BackupError(complaint(stderr, "pg_dump"))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def compression(programs: Programs) -> str:
    """Fast rather than small (limit L8); also what every pg_restore can read."""
    return "1" if programs.major < 16 else "gzip:1"


def _add_sqlite(packer: Packer, database: Sqlite) -> Manifest:
    """`VACUUM INTO` is one moment of a database in use; the file itself, copied, would not be."""
    from sqlite3 import OperationalError, sqlite_version

    if not database.path.is_file():
        raise BackupError(f"{database.label}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="nitsys-backup-") as folder:
        copy = Path(folder) / DUMPS[database.engine]
        at = datetime.now(UTC)
        try:
            with closing(connect(database.path, timeout=20, isolation_level=None)) as source:
                source.execute("VACUUM INTO ?", [str(copy)])
        except OperationalError as error:
            raise BackupError(f"{database.label}: {error}") from None
        with copy.open("rb") as stream:
            packer.add(DUMPS[database.engine], stream)
        return _manifest(at, database.engine, sqlite_version, 0, facts.of_sqlite(copy))
