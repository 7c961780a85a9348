"""Taking a backup: made, held against the one before, copied off the platform, old ones removed, noted, alarmed."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from config.ops.backups import erasures, places
from config.ops.backups.databases import site_database
from config.ops.backups.dump import Made, make
from config.ops.backups.errors import BackupError, said_clearly
from config.ops.backups.file.names import name_at, suspect
from config.ops.backups.file.sealed import clear_leftovers
from config.ops.backups.retention import is_shrunk, latest, outdated
from config.ops.backups.store import Bucket
from config.runtime import ping
from tenants.upkeep.actions import beat, clear_alarm, noted, raise_alarm
from tenants.upkeep.models import OpsRun

KIND = "backup"
FAILED, SHRUNK = "backup_failed", "backup_shrunk"


@dataclass
class Taken:
    """A good backup, and what there is to say about it."""

    made: Made
    off_platform: bool = False
    removed: list[str] = field(default_factory=list)
    erasures: int = 0
    warnings: list[str] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, Any]:
        """For the run's note: sizes, counts, names."""
        return {
            "file": self.made.path.name, "bytes": self.made.bytes, "rows": self.made.manifest.facts.rows,
            "tables": len(self.made.manifest.facts.tables), "uploads": len(self.made.manifest.uploads),
            "seconds": round(self.made.seconds, 3), "sha256": self.made.sha256,
            "snapshot_at": self.made.manifest.snapshot_at.isoformat(), "encrypted": bool(places.ours().key),
            "off_platform": self.off_platform, "removed": len(self.removed), "erasures": self.erasures,
        }  # fmt: skip


def take(path: Path | None, *, at: datetime, scheduled: bool = False, accept_smaller: bool = False) -> Taken:
    """Take a backup of this site; into BACKUP_DIR without a `path`. Raises BackupError, after it raised an alarm."""
    with noted(KIND) as run:
        try:
            with said_clearly():
                taken = _taken(
                    path or _default_path(at), run, scheduled=scheduled, accept_smaller=accept_smaller, at=at
                )
        except BackupError as error:
            run.facts |= {"problems": [str(error)], "scheduled": scheduled}
            with suppress(DatabaseError):
                raise_alarm(FAILED, at=at, reason=str(error))
            raise
        run.facts = {**taken.facts, "scheduled": scheduled}
    beat(KIND, at=at, **run.facts)
    for alarm in (FAILED, SHRUNK) if scheduled else ():
        clear_alarm(alarm, at=at)
    if scheduled:
        _ping(settings.BACKUP_PING_URL, taken.warnings)
    return taken


def _ping(url: str, warnings: list[str]) -> None:
    failure = ping.failed(url) if url else ""
    if failure:
        warnings.append(f"BACKUP_PING_URL does not answer ({failure})")


def _default_path(at: datetime) -> Path:
    """Two within one second get names of their own."""
    ours = places.ours()
    path = ours.folder / name_at(at, site=settings.APP_ENV, encrypted=bool(ours.key))
    is_taken = path.exists() or path.with_name(suspect(path.name)).exists()
    return _default_path(at + timedelta(seconds=1)) if is_taken else path


def _taken(path: Path, run: OpsRun, *, scheduled: bool, accept_smaller: bool, at: datetime) -> Taken:
    ours, store = places.ours(), places.bucket() if scheduled else None
    clear_leftovers(ours.folder)
    made = make(path, database=site_database(), uploads=Path(settings.MEDIA_ROOT), key=ours.key)
    taken = Taken(made)
    run.facts = taken.facts
    if not scheduled:
        return taken
    if not accept_smaller:
        _refuse_shrunk(made, store, at=at)
    if store is None:
        _warn_of_no_store(taken)
    else:
        store.put(made.path, made.path.name, rows=str(made.manifest.facts.rows), sha256=made.sha256)
        taken.off_platform = True
    run.facts = taken.facts
    taken.erasures = erasures.copy_out()
    taken.removed = prune(store, at=at)
    return taken


def _warn_of_no_store(taken: Taken) -> None:
    if settings.APP_ENV == "dev":
        return
    text = (
        "this backup lies only on this machine, and on Render its disk is gone when the job ends: set BACKUP_S3_BUCKET"
    )
    if settings.APP_ENV == "prod":
        raise BackupError(text)
    taken.warnings.append(text)


def _refuse_shrunk(made: Made, store: Bucket | None, *, at: datetime) -> None:
    """A backup that lost half is kept under a name of its own, so that nobody takes it for the latest good one."""
    size, rows = _last_good(store, without=made.path.name)
    if not (is_shrunk(made.bytes, size) or is_shrunk(made.manifest.facts.rows, rows)):
        return
    kept = made.path.with_name(suspect(made.path.name))
    made.path.rename(kept)
    facts = {"bytes": made.bytes, "before": size, "rows": made.manifest.facts.rows, "rows_before": rows}
    raise_alarm(SHRUNK, at=at, **facts)
    raise BackupError(
        f"less than half of the last backup: {made.bytes} bytes after {size}, {facts['rows']} rows after {rows}. "
        f"Kept as {kept.name}. If that is right: backup --scheduled --accept-smaller"
    )


def _last_good(store: Bucket | None, *, without: str) -> tuple[int, int]:
    """Bytes and rows; of the store first, since database and folder may be what was lost. 0 for what is not known."""
    there = latest(store.backups(site=settings.APP_ENV)) if store is not None else None
    if store is not None and there is not None:
        rows = store.metadata_of(there.name).get("rows", "0")
        return there.bytes, int(rows) if rows.isdecimal() else 0
    last = OpsRun.objects.filter(kind=KIND, succeeded=True, facts__scheduled=True).first()
    if last is not None:
        return int(last.facts.get("bytes", 0)), int(last.facts.get("rows", 0))
    here = latest(backup for backup in places.in_folder() if backup.name != without)
    return (here.bytes, 0) if here is not None else (0, 0)


def prune(store: Bucket | None, *, at: datetime) -> list[str]:
    """Remove what is older than BACKUP_KEEP_DAYS here and in the store; the names. The last good ones stay."""
    ours, removed = places.ours(), []
    for backup in outdated(places.in_folder(), at=at, keep_days=ours.keep_days):
        (ours.folder / backup.name).unlink(missing_ok=True)
        removed.append(backup.name)
    if store is not None:
        for backup in outdated(store.backups(site=settings.APP_ENV), at=at, keep_days=ours.keep_days):
            store.remove(backup.name)
            removed.append(f"{places.FROM_STORE}{backup.name}")
    return removed
