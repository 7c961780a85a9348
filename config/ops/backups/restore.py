"""Restoring for real: everything is checked before anything is touched, and what was erased since is erased again."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from config.ops.backups import erasures, facts, kept_switches, places
from config.ops.backups.databases import Database, Postgres, Sqlite, site_database
from config.ops.backups.errors import BackupError, first_line, said_clearly
from config.ops.backups.file.archive import Opened, files_below, opened
from config.ops.backups.file.manifest import Manifest
from config.ops.backups.load import check_listing, load, programs_that_read
from config.ops.backups.verify import compared, major_of
from tenants.commands.ready import missing_migrations
from tenants.upkeep.actions import noted

KIND = "restore"
MADE_BY_MIGRATE = frozenset(
    {
        "django_migrations", "django_content_type", "auth_permission", "django_session", "tenants_session",
        "tenants_opsrun", "tenants_heartbeat", "tenants_alarm", "tenants_timing",
    }
)  # fmt: skip
"""Tables that hold rows before anybody used the site."""

Say = Callable[[str], None]


@dataclass
class Restored:
    """What a restore did, in rows and files."""

    name: str
    rows: int
    uploads: int
    age_seconds: float
    """Of what was restored: what was written later is lost (RPO)."""
    seconds: float = 0.0
    """From asking until the site could open (RTO)."""
    migrated: int = 0
    replayed: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "rows": self.rows,
            "uploads": self.uploads,
            "migrated": self.migrated,
            "replayed": self.replayed,
            "rto_seconds": round(self.seconds, 2),
            "rpo_seconds": round(self.age_seconds),
        }


def restore(asked: str, *, replace: str = "", with_store: bool = True, say: Say = lambda text: None) -> Restored:
    """Put the backup `asked` in the place of this site's database and uploads. Raises BackupError.

    `replace` is the name of the database that may be replaced although it holds rows.
    """
    began = perf_counter()
    target = site_database()
    with said_clearly("nothing was changed: "), tempfile.TemporaryDirectory(prefix="nitsys-restore-") as folder:
        path = places.found(asked, into=Path(folder))
        backup = opened(path, key=places.ours().key, into=Path(folder))
        manifest = backup.manifest
        say(f"backup: {path.name}, of {manifest.snapshot_at:%Y-%m-%d %H:%M:%S} UTC, whole")
        check_target(backup, target, replace)
        erased = erasures.gathered(target, with_store=with_store)
        connections.close_all()
        say(f"replacing {target.label}, whole or not at all, then the uploads")
        with said_clearly("broken off, keep maintenance on and run it again: "):
            _put(backup, target, say)
            say(f"restored and compared: {manifest.facts.rows} rows in {len(manifest.facts.tables)} tables")
            put_uploads(backup, Path(settings.MEDIA_ROOT), say)
    age = (datetime.now(UTC) - manifest.snapshot_at).total_seconds()
    done = Restored(path.name, manifest.facts.rows, len(manifest.uploads), age)
    done.migrated = bring_up_to_date(manifest, say)
    with noted(KIND) as run:
        try:
            done.replayed = erasures.replay_all(erased)
        except BackupError as error:
            raise BackupError(f"restored, but {error}: keep maintenance on") from None
        done.seconds = perf_counter() - began
        run.facts = done.facts
    return done


def check_target(backup: Opened, target: Database, replace: str) -> None:
    """Raises BackupError unless this backup may and can go into this database. Reads only."""
    manifest = backup.manifest
    if target.engine != manifest.engine:
        raise BackupError(f"the backup is of {manifest.engine}, this site runs on {target.engine}")
    try:
        filled = _filled(target)
        if isinstance(target, Postgres):
            check_listing(programs_that_read(manifest, major_of(target)), backup.dump)
    except psycopg.Error as error:
        raise BackupError(f"{target.label}: {first_line(error)}") from None
    media = Path(settings.MEDIA_ROOT)
    if not filled and files_below(media):
        filled = str(media)
    name = name_of(target)
    if filled and replace != name:
        raise BackupError(
            f"{target.label} is not empty ({filled}). Nothing was changed. "
            f"To replace it for good: --replace --yes-replace {name}"
        )


def name_of(target: Database) -> str:
    """What has to be typed to replace it."""
    return target.name if isinstance(target, Postgres) else target.path.name


def _filled(target: Database) -> str:
    """The first table that holds rows, or nothing."""
    if isinstance(target, Sqlite):
        tables = facts.of_sqlite(target.path).tables if target.path.exists() else {}
        return next((name for name, (rows, _) in tables.items() if rows and name not in MADE_BY_MIGRATE), "")
    with target.connect() as connection, connection.cursor() as cursor:
        for (name,) in cursor.execute(facts.TABLES).fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier("public", name))
            row = cursor.execute(query).fetchone()
            if name not in MADE_BY_MIGRATE and row and row[0]:
                return str(name)
    return ""


def _put(backup: Opened, target: Database, say: Say) -> None:
    """The database. Raises BackupError when what is there afterwards is not what was backed up."""
    manifest = backup.manifest
    if isinstance(target, Sqlite):
        _put_file(backup.dump, target.path)
        problems = facts.differences(manifest.facts, facts.of_sqlite(target.path))
    else:
        major, held = major_of(target), kept_switches.held_in(target)
        held = held if kept_switches.TABLE in manifest.facts.tables else []
        last = kept_switches.held_again(held)
        load(backup.dump, target, programs_that_read(manifest, major), server_major=major, last=last)
        problems = compared(manifest, target, but=kept_switches.TABLE if held else "")
        for switch in held:
            say(f"still stopped, as before the restore: {switch.function}")
        with target.connect() as connection:
            connection.execute("ANALYZE")  # a restored database has no statistics, and the first rush needs them
    if problems:
        raise BackupError(f"restored, but not as it was: {problems[0]}. Keep maintenance on")


def _put_file(dump: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.restored")
    shutil.copyfile(dump, beside)
    beside.replace(path)
    for more in ("-wal", "-shm"):
        path.with_name(path.name + more).unlink(missing_ok=True)


def put_uploads(backup: Opened, media: Path, say: Say) -> None:
    """The uploads in the place of those that are there, which move aside under a name that says when."""
    if files_below(media):
        aside = media.with_name(f"{media.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        media.rename(aside)
        say(f"the uploads that were here are in {aside} now; remove them when all is well")
    if not backup.manifest.uploads:
        return
    media.parent.mkdir(parents=True, exist_ok=True)
    beside = media.with_name(f".{media.name}.restored")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(backup.uploads, beside)
    if media.is_dir():
        shutil.rmtree(media)  # it holds no file
    beside.rename(media)
    lost = [name for name, member in backup.manifest.uploads.items() if (media / name).stat().st_size != member.bytes]
    if lost:
        raise BackupError(f"upload {lost[0]} is not as it was. Keep maintenance on")
    say(f"uploads: {len(backup.manifest.uploads)} files")


def bring_up_to_date(manifest: Manifest, say: Say) -> int:
    """Apply the migrations of this release that the backup is older than; how many."""
    newer = sorted(set(manifest.facts.migrations) - _known_migrations())
    if newer:
        say(f"the backup is of a newer release: {newer[0]} is not known here. Deploy that release next")
    missing = missing_migrations()
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
        say(f"migrated: {len(missing)} migrations that are newer than the backup")
    return len(missing)


def _known_migrations() -> set[str]:
    graph = MigrationExecutor(connections["default"]).loader.disk_migrations
    return {f"{app}.{name}" for app, name in graph or {}}
