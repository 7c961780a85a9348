"""Which backups may go: old ones, but never the newest good ones."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from config.ops.backups.file.names import Named

ALWAYS_KEPT = 7
"""So many good ones stay whatever their age: when nothing new is made, the old ones are all there is."""
SMALLEST_SHARE = 0.5
"""Of the last one's size; below it something is missing rather than cleaned up (requirement D5)."""


def outdated(backups: Iterable[Named], *, at: datetime, keep_days: int) -> list[Named]:
    """Those older than `keep_days`, but for the newest good ones; oldest first."""
    by_age = sorted(backups, key=lambda backup: backup.at)
    good = [backup.name for backup in by_age if not backup.is_suspect]
    kept = set(good[-ALWAYS_KEPT:])
    limit = at - timedelta(days=keep_days)
    return [backup for backup in by_age if backup.at < limit and backup.name not in kept]


def latest(backups: Iterable[Named]) -> Named | None:
    """The newest that is not suspect; None without one."""
    return max((backup for backup in backups if not backup.is_suspect), key=lambda backup: backup.at, default=None)


def is_shrunk(now: int, before: int) -> bool:
    """Whether this is less than half of what was there."""
    return now < before * SMALLEST_SHARE
