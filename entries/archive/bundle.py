"""A ZIP that anybody can read without us: tables as CSV and JSON, with checksums; written piece by piece."""

import codecs
import csv
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.functional import Promise

from entries.records.tables import Column
from tenants.files.tables import guarded

SUMS = "SHA256SUMS"


class _Hashed(io.RawIOBase):
    """A member of the ZIP that is hashed while it is written."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self.out, self.digest = out, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self.out.write(data)


class Bundle:
    """`with Bundle(out, zone=…) as bundle:` and then its members, each once. Moments are written in `zone`.

    The rows of all tables are also kept in a temporary file, from which `data_json` makes the one JSON document: the
    database is read once, and memory holds one page of it.
    """

    def __init__(self, out: IO[bytes], *, zone: tzinfo) -> None:
        self.zip = ZipFile(out, "w", ZIP_DEFLATED)
        self.zone = zone
        self.sums: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__

    def __enter__(self) -> "Bundle":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.spool.close()
        if kind is None:
            lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
            self.zip.writestr(SUMS, lines)
        self.zip.close()

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        """Open one file of the archive for writing; its checksum is kept."""
        with self.zip.open(name, "w", force_zip64=True) as out:
            hashed = _Hashed(out)
            buffered = cast(IO[bytes], io.BufferedWriter(hashed, 256 * 1024))
            yield buffered
            buffered.flush()
            self.sums[name] = hashed.digest.hexdigest()

    def text(self, name: str, content: str) -> None:
        with self.member(name) as out:
            out.write(content.encode("utf-8", "replace"))

    def json(self, name: str, content: object) -> None:
        self.text(name, json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """`csv/<name>.csv`, with a byte order mark for Excel and no text that a spreadsheet would run; and its part of
        the JSON document."""
        count = 0
        self._spool(f"{',' if self.counts else ''}\n{json.dumps(name)}: [")
        with self.member(f"csv/{name}.csv") as out:
            out.write(codecs.BOM_UTF8)
            lines = io.TextIOWrapper(cast(io.BufferedWriter, out), encoding="utf-8", errors="replace", newline="")
            writer = csv.writer(lines)
            writer.writerow([str(column.title) for column in columns])
            for row in rows:
                plain = [self.plain(value) for value in row]
                writer.writerow([guarded(_cell(value)) for value in plain])
                named = {column.name: value for column, value in zip(columns, plain, strict=True)}
                self._spool(f"{',' if count else ''}\n{json.dumps(named, ensure_ascii=False)}")
                count += 1
            lines.flush()
            lines.detach()
        self._spool("\n]")
        self.counts[name] = count

    def data_json(self, name: str, head: dict[str, object]) -> None:
        """All tables as one document, after what `head` says."""
        first = json.dumps(head, ensure_ascii=False, indent=2, default=str).removesuffix("\n}")
        with self.member(name) as out:
            out.write(f"{first}{',' if self.counts else ''}".encode("utf-8", "replace"))
            self.spool.seek(0)
            shutil.copyfileobj(self.spool, out, 256 * 1024)
            out.write(b"\n}\n")

    def _spool(self, text: str) -> None:
        self.spool.write(text.encode("utf-8", "replace"))

    def plain(self, value: Any) -> Any:
        """As JSON holds it: moments with their offset, days in ISO form."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).isoformat(timespec="seconds")
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, Promise) else value


def _cell(value: Any) -> str:
    """As people read it in a table."""
    if value is None or value is False:
        return ""
    if value is True:
        return "○"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def schema_of(tables: dict[str, Sequence[Column]], head: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `data.json`. Each column says its heading, so that the file explains itself."""
    rows = {name: {"type": "array", "items": _object(columns)} for name, columns in tables.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {**head, **rows},
        "required": [*head, *rows],
        "additionalProperties": False,
    }


def _object(columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column.name: _property(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _property(column: Column) -> dict[str, Any]:
    kind: Any = "string" if column.kind in ("date", "date-time") else column.kind
    found: dict[str, Any] = {"title": str(column.title), "type": [kind, "null"] if column.may_be_empty else kind}
    return found | ({"format": column.kind} if kind != column.kind else {})
