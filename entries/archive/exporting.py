"""Making a meet's archive, for a command or for the desk. Every export is noted: who, what, how much
(requirement P5)."""

import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string

from entries.archive.bundle import Bundle, schema_of
from entries.meet.models import Meet
from entries.records.tables import Scene, files_of, tables
from tenants.audit.actions import record
from tenants.models import User
from tenants.scope import tenant_scope

Report = Callable[[int, int], None]
FORMAT, VERSION = "nit-sys-meet-archive", 1
MEET_FIELDS = (
    "slug", "name", "venue", "starts_on", "ends_on", "time_zone", "entries_open_at", "entries_close_at",
    "promote_until", "fee", "races_per_athlete", "payment_due_on", "summary", "state", "purged_at", "code",
)  # fmt: skip


class Archive(NamedTuple):
    export_id: str
    size: int
    sha256: str
    counts: dict[str, int]


def write_archive(
    meet: Meet, path: Path, *, with_personal: bool, by: User | None, at: datetime, why: str = "", force: bool = False
) -> Archive:
    """Write the archive to `path`: all of it or nothing, since it takes its name only when it is whole.

    Raises FileExistsError unless told to overwrite, OSError when the place cannot be written.
    """
    if path.exists() and not force:
        raise FileExistsError(str(path))
    fresh = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    try:
        with fresh as out:
            made = build(meet, out, with_personal=with_personal, at=at)
            out.flush()
            os.fsync(out.fileno())
        note(meet, made, with_personal=with_personal, by=by, why=why)
        os.replace(fresh.name, path)
    finally:
        Path(fresh.name).unlink(missing_ok=True)
    return made


def build(
    meet: Meet, out: IO[bytes], *, with_personal: bool, at: datetime, report: Report = lambda done, total: None
) -> Archive:
    """Write the archive into an open file, from one moment's view of the database. `report` counts tables."""
    export_id = uuid.uuid4().hex
    with tenant_scope(meet.tenant_id), _one_moment():
        counts = _write(meet, out, export_id, with_personal=with_personal, at=at, report=report)
    out.seek(0)
    return Archive(export_id, out.seek(0, 2), _sha256(out), counts)


def _sha256(out: IO[bytes]) -> str:
    out.seek(0)
    return hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as they were at once; within somebody else's transaction that is theirs to say."""
    is_free = connection.vendor == "postgresql" and not connection.in_atomic_block
    with transaction.atomic():
        if is_free:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(
    meet: Meet, out: IO[bytes], export_id: str, *, with_personal: bool, at: datetime, report: Report
) -> dict[str, int]:
    scene, found = Scene(meet), tables(with_personal=with_personal)
    with Bundle(out, zone=meet.zone) as bundle:
        about = {name: bundle.plain(getattr(meet, name)) for name in MEET_FIELDS}
        about |= {"host": meet.tenant.slug, "host_name": meet.tenant.name}
        bundle.json("meet.json", about)
        for number, table in enumerate(found):
            report(number, len(found))
            bundle.table(table.name, table.columns, table.rows(scene))
        pdfs = _pdfs(bundle, meet)
        head = _head(export_id, bundle.plain(at), about, with_personal=with_personal)
        bundle.data_json("data.json", head)
        bundle.json("schema.json", schema_of({table.name: table.columns for table in found}, _head_schema()))
        words = {"meet": meet, "tables": found, "with_personal": with_personal, "pdfs": pdfs, "at": at}
        bundle.text("README.txt", render_to_string("archive/readme.txt", words))
        bundle.json("manifest.json", {**head, "counts": bundle.counts, "pdfs": pdfs})
        return bundle.counts


def _pdfs(bundle: Bundle, meet: Meet) -> int:
    count = 0
    for name, content in files_of(meet):
        with bundle.member(f"pdf/{name}") as out:
            out.write(content)
        count += 1
    return count


def _head(export_id: str, at: str, about: dict[str, Any], *, with_personal: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "export_id": export_id,
        "made_at": at,
        "release": settings.RELEASE,
        "with_personal": with_personal,
        "meet": about,
    }


def _head_schema() -> dict[str, Any]:
    text, number = {"type": "string"}, {"type": ["integer", "null"]}
    meet: dict[str, Any] = dict.fromkeys((*MEET_FIELDS, "host", "host_name"), text)
    meet |= dict.fromkeys(("fee", "races_per_athlete"), number)
    meet |= {name: {"type": ["string", "null"]} for name in ("promote_until", "payment_due_on", "purged_at")}
    return {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "export_id": text,
        "made_at": {"type": "string", "format": "date-time"},
        "release": text,
        "with_personal": {"type": "boolean"},
        "meet": {"type": "object", "properties": meet, "required": list(meet), "additionalProperties": False},
    }


@transaction.atomic
def note(meet: Meet, made: Archive, *, with_personal: bool, by: User | None, why: str = "") -> None:
    """In the trail; `export` is the number that the file itself carries."""
    after = {"export": made.export_id, "with_personal": with_personal, "sha256": made.sha256, **made.counts}
    record("meet.exported", meet, by=by, after=after, why=why)
