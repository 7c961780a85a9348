"""The list of what was erased, kept apart from the database, and done again after an older backup came back
(requirement D9).

Each erasure is a small file `erasures/<key>.json` beside the backups, in the folder and in the store. It names a row by
its number and nothing else of a person. A restored database knows the erasures up to its backup; all others are replayed.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.ops.backups import places
from config.ops.backups.databases import Postgres, Sqlite
from config.ops.backups.errors import BackupError, said_clearly
from config.ops.backups.file.sealed import PART
from config.ops.backups.store import Bucket
from tenants.jobs.models import Job
from tenants.jobs.work import Report
from tenants.privacy import replay
from tenants.privacy.models import Erasure

FOLDER = "erasures/"
KIND = "erasures.copy_out"
"""The job that copies new erasures out: `enqueue("erasures.copy_out", tenant=None, by=…)` right after an erasure."""
ROWS = "SELECT key, subject, at FROM tenants_erasure"


@dataclass(frozen=True)
class Erased:
    """One erasure, as it is kept outside."""

    key: str
    subject: str
    at: str


def copy_out() -> int:
    """Write the erasures that are not outside yet to the folder and the store; how many. Raises BackupError.

    Without a store they count as not outside, and are written to the folder again each time.
    """
    rows = list(Erasure.objects.filter(copied_at__isnull=True).order_by("at", "pk"))
    if not rows:
        return 0
    store = places.bucket()
    for row in rows:
        _write(Erased(str(row.key), row.subject, row.at.isoformat()), store)
    if store is not None:
        Erasure.objects.filter(pk__in=[row.pk for row in rows]).update(copied_at=timezone.now())
    return len(rows)


def _write(one: Erased, store: Bucket | None) -> None:
    """Whole or not there: half of one would stop every restore."""
    text, folder = json.dumps(asdict(one)), places.ours().folder / FOLDER
    part = folder / f".{one.key}{PART}"
    with said_clearly():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_text(text)
        part.replace(folder / f"{one.key}.json")
    if store is not None:
        store.put_text(f"{FOLDER}{one.key}.json", text)


def copy_out_job(job: Job, report: Report) -> None:
    """As a job of the worker."""
    count = copy_out()
    report(count, count)


def outside(*, with_store: bool = True) -> list[Erased]:
    """All that lie in the folder and the store. Raises BackupError when the store does not answer."""
    folder = places.ours().folder / FOLDER
    texts = [path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []
    store = places.bucket() if with_store else None
    if store is not None:
        here = {path.name for path in folder.glob("*.json")} if folder.is_dir() else set()
        names = [name for name, _size in store.names(FOLDER) if name.removeprefix(FOLDER) not in here]
        texts += [store.text(name) for name in names]
    return [_read(text) for text in texts]


def gathered(database: Postgres | Sqlite, *, with_store: bool) -> list[Erased]:
    """All that are known before `database` is replaced, in it and outside. Raises BackupError.

    What only the database lists is written to the folder now: a restore may be broken off, or end at an erasure that
    another release alone can do, and the next one would not find it anywhere.
    """
    listed, lying = in_database(database), outside(with_store=with_store)
    known = {one.key for one in lying}
    for one in listed:
        if one.key not in known:
            _write(one, None)
    return [*listed, *lying]


def _read(text: str) -> Erased:
    try:
        values: dict[str, Any] = json.loads(text)
        found = Erased(str(UUID(values["key"])), str(values["subject"]), str(values["at"]))
        datetime.fromisoformat(found.at)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError("a file among the erasures cannot be read: it must not be lost, look at it first") from None
    return found


def in_database(database: Postgres | Sqlite) -> list[Erased]:
    """Those of a database that is about to be replaced; none when it has no such table."""
    if isinstance(database, Sqlite):
        return _in_file(database)
    rows = database.rows("tenants_erasure", ROWS)
    return [Erased(str(key), subject, at.isoformat()) for key, subject, at in rows]


def _in_file(database: Sqlite) -> list[Erased]:
    import sqlite3
    from contextlib import closing

    if not database.path.is_file():
        return []
    with closing(sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tenants_erasure'").fetchone():
            return []
        rows = connection.execute(ROWS).fetchall()
    return [Erased(str(UUID(key)), subject, str(at)) for key, subject, at in rows]


def replay_all(erased: Iterable[Erased]) -> int:
    """Do again what the restored database does not know; how many. Raises BackupError for one that cannot be done.

    An erasure that the database lists was done before its backup was made: the list and its effect are one transaction.
    """
    by_key = {one.key: one for one in erased}
    known = {str(key) for key in Erasure.objects.values_list("key", flat=True)}
    missing = sorted((one for one in by_key.values() if one.key not in known), key=lambda one: (one.at, one.key))
    for one in missing:
        _replay(one)
    return len(missing)


def _replay(one: Erased) -> None:
    now = timezone.now()
    try:
        with transaction.atomic():
            counts = replay.replay(one.subject, at=now)
            at = datetime.fromisoformat(one.at)
            row = Erasure(
                key=UUID(one.key),
                subject=one.subject,
                at=at if at.tzinfo else at.replace(tzinfo=UTC),
                counts=counts,
                copied_at=now,
                replayed_at=now,
            )
            row.save(force_insert=True)
    except (KeyError, ValueError):
        raise BackupError(f"the erasure of {one.subject} cannot be done again by this release") from None
