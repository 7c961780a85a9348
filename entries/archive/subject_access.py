"""All that is stored about one person, for that person: the right to see it (requirement P3)."""

import io
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from entries.archive.bundle import Bundle
from entries.archive.traces import traces_of
from entries.records.subjects import subject_of
from entries.records.tables import Column
from entries.records.traces import Trace
from tenants.audit.actions import record
from tenants.models import User
from tenants.scope import across_tenants

FORMAT, VERSION = "nit-sys-person", 1


def hand_out(subject: models.Model, *, by: User | None, at: datetime, why: str = "") -> bytes:
    """The ZIP for one person, in memory: a person has some hundred rows. Noted in the trail."""
    out = io.BytesIO()
    counts = _write(subject, out, at=at)
    _note(subject, counts, by=by, why=why)
    return out.getvalue()


def hand_out_to(
    subject: models.Model, path: Path, *, by: User | None, at: datetime, why: str = "", force: bool = False
) -> dict[str, int]:
    """The same as a file that appears when it is whole. Raises FileExistsError unless told to overwrite, OSError."""
    if path.exists() and not force:
        raise FileExistsError(str(path))
    fresh = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    try:
        with fresh as out:
            counts = _write(subject, out, at=at)
        _note(subject, counts, by=by, why=why)
        os.replace(fresh.name, path)
    finally:
        Path(fresh.name).unlink(missing_ok=True)
    return counts


@transaction.atomic
def _note(subject: models.Model, counts: dict[str, int], *, by: User | None, why: str) -> None:
    record(f"{subject_of(subject).verb}.exported", subject, by=by, after=dict(counts), why=why)


def _write(subject: models.Model, out: IO[bytes], *, at: datetime) -> dict[str, int]:
    about = subject_of(subject)
    with across_tenants(), transaction.atomic():
        found: dict[str, list[Trace]] = {}
        for trace in traces_of(about.person_of(subject)):
            found.setdefault(trace.table, []).append(trace)
    with Bundle(out, zone=timezone.get_current_timezone()) as bundle:
        for table, traces in found.items():
            columns = _columns(traces)
            bundle.table(table, columns, _rows(columns, traces))
        head = {"format": FORMAT, "version": VERSION, "made_at": bundle.plain(at), f"{about.kind}_id": subject.pk}
        bundle.data_json("data.json", head)
        titles = [(table, str(traces[0].model._meta.verbose_name)) for table, traces in found.items()]
        said = {"tables": titles, "name": about.name_of(subject), "at": at}
        bundle.text("README.txt", render_to_string("archive/person.txt", said))
        return bundle.counts


def _columns(traces: list[Trace]) -> list[Column]:
    """Each column under its heading on our pages."""
    names = list(dict.fromkeys(name for trace in traces for name in trace.shown))
    fields = {field.attname: field for field in traces[0].model._meta.concrete_fields}
    return [Column(name, _heading(fields.get(name), name)) for name in names]


def _heading(field: models.Field | None, name: str) -> str:
    return name if field is None or field.primary_key else str(field.verbose_name)


def _rows(columns: list[Column], traces: list[Trace]) -> Iterator[tuple[Any, ...]]:
    for trace in traces:
        yield tuple(_plain(trace.shown.get(column.name)) for column in columns)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder)) if isinstance(value, dict | list) else value
