"""Where backups lie, from the settings: the folder, the bucket, and what is in them."""

from pathlib import Path

from django.conf import settings

from config.env.ops import Backups
from config.ops.backups.errors import BackupError
from config.ops.backups.file.names import Named, parsed
from config.ops.backups.retention import latest
from config.ops.backups.store import Bucket

FROM_STORE = "s3:"
LATEST = "latest"


def ours() -> Backups:
    """The settings of this site's backups."""
    found: Backups = settings.BACKUPS
    return found


def bucket() -> Bucket | None:
    """The store off the platform; None when it is off."""
    return Bucket(ours().store) if ours().store.bucket else None


def in_folder() -> list[Named]:
    folder = ours().folder
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    found = (parsed(path.name, path.stat().st_size, site=settings.APP_ENV) for path in files)
    return [backup for backup in found if backup is not None]


def found(asked: str, *, into: Path, store_only: bool = False) -> Path:
    """The file of a path, of `s3:NAME`, or of `latest`: the newest good one, wherever it is.

    What is off the platform is copied into the folder `into` first. Raises BackupError when it is not there.
    """
    if asked == LATEST:
        return _latest(into, store_only=store_only)
    if asked.startswith(FROM_STORE):
        return _fetched(asked.removeprefix(FROM_STORE), into)
    path = Path(asked)
    if not path.is_file():
        raise BackupError(f"{path}: there is no such file")
    return path


def _fetched(name: str, into: Path) -> Path:
    store = bucket()
    if store is None:
        raise BackupError("there is no store: BACKUP_S3_BUCKET is not set")
    target = into / Path(name).name
    store.fetch(name, target)
    return target


def _latest(into: Path, *, store_only: bool) -> Path:
    store = bucket()
    here = None if store_only else latest(in_folder())
    there = latest(store.backups(site=settings.APP_ENV)) if store is not None else None
    if there is not None and (here is None or there.at > here.at):
        return _fetched(there.name, into)
    if here is None:
        where = store.label if store is not None else str(ours().folder)
        raise BackupError(
            f"there is no backup of {settings.APP_ENV} in {where}. Run: python manage.py backup --scheduled"
        )
    return ours().folder / here.name
