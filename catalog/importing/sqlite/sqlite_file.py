"""The old system's SQLite file, read only: never written to, never locked, whatever it turns out to hold.

Everything is read as text, as SQLite itself writes numbers (39.5, 24200); a column that is declared as BLOB, or as
nothing, gives its blobs as X'…'. NULL stays null. So the texts in `specs` are what the file said, column by column.
"""

import hashlib
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from catalog.fields import MOST_SPEC_NAME
from catalog.importing.rules import MOST_COLUMNS
from tenants import wording
from tenants.refusal import Refused

TABLE = "master_products"
MAGIC = b"SQLite format 3\0"
JOURNALS = ("-wal", "-journal")
MOST_CELL = 16 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
ARGUMENTS = 60
"""Columns per call of json_object, which takes 127 arguments."""

wording.register(
    {
        "oldfile_missing": _("ファイルがありません: %(path)s"),
        "oldfile_unopenable": _("ファイルを開けません: %(path)s（%(reason)s）"),
        "oldfile_not_sqlite": _("SQLiteのファイルではないか、暗号化されています: %(path)s"),
        "oldfile_truncated": _("SQLiteのファイルが途中で切れています: %(path)s（コピーし直してください）"),
        "oldfile_damaged": _("SQLiteのファイルが壊れていて読めません: %(path)s（%(reason)s）"),
        "oldfile_changed": _(
            "読み取り中にファイルが変わりました: %(path)s（旧システムを止めてからやり直してください）"
        ),
        "oldfile_no_table": _("テーブル master_products がありません: %(path)s（あるテーブル: %(tables)s）"),
        "oldfile_no_columns": _("master_products に必要な列がありません: %(missing)s（ある列: %(columns)s）"),
        "oldfile_too_many_columns": _("master_products の列が多すぎます（上限%(limit)s列）"),
        "oldfile_long_column": _("master_products の列名が長すぎます（上限%(limit)s文字）: %(column)s"),
    }
)


OldRow = tuple[bytes | None, ...]
"""One row in UTF-8: brand and reference; of whole rows also the price, and all columns as a JSON object."""


class OldFile:
    """An open file; `columns` are those of its table in their order."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection
        with self._said():
            self.table = self._find_table()
            self.columns, self._types = self._find_columns()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise Refused("oldfile_damaged", path=self.path, reason=str(error)[:200]) from error

    def _find_table(self) -> str:
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        names = [name.decode() for (name,) in found]
        for name in names:
            if name.lower() == TABLE:
                return name
        raise Refused("oldfile_no_table", path=self.path, tables=", ".join(names)[:200] or "–")

    def _find_columns(self) -> tuple[list[str], dict[str, str]]:
        rows = list(self._connection.execute(f"PRAGMA table_xinfo({_quoted(self.table)})"))
        types = {row[1].decode(): (row[2] or b"").decode().upper() for row in rows if row[6] != 1}
        names = list(types)
        missing = [name for name in ("brand", "reference") if name not in map(str.lower, names)]
        if missing:
            raise Refused("oldfile_no_columns", missing=", ".join(missing), columns=", ".join(names)[:200] or "–")
        if len(names) > MOST_COLUMNS:
            raise Refused("oldfile_too_many_columns", limit=MOST_COLUMNS)
        for name in names:
            if len(name) > MOST_SPEC_NAME:
                raise Refused("oldfile_long_column", limit=MOST_SPEC_NAME, column=name[:60])
        return names, types

    def chunks(self, rows: int, *, whole: bool) -> Iterator[list[OldRow]]:
        """All rows in the file's own order, at most so many, and about a megabyte, at a time; `whole` or only their keys.

        Raises Refused when the file cannot be read to its end.
        """
        with self._said():
            chunk: list[OldRow] = []
            size = 0
            for row in self._connection.execute(self._question(whole)):
                chunk.append(row)
                size += len(row[-1] or b"")
                if len(chunk) >= rows or size >= CHUNK_BYTES:
                    yield chunk
                    chunk, size = [], 0
            if chunk:
                yield chunk

    def _question(self, whole: bool) -> str:
        by_name = {name.lower(): name for name in self.columns}
        parts = [f"CAST({_quoted(by_name[name])} AS TEXT) AS {name}" for name in ("brand", "reference")]
        if whole:
            price = by_name.get("price_jpy")
            parts += [f"CAST({_quoted(price)} AS TEXT) AS price" if price else "NULL", f"{self._as_json()} AS specs"]
        return f"SELECT {', '.join(parts)} FROM {_quoted(self.table)}"

    def _as_json(self) -> str:
        pairs = [f"'{_doubled(name)}', {self._as_text(name)}" for name in self.columns]
        calls = [f"json_object({', '.join(pairs[at : at + ARGUMENTS])})" for at in range(0, len(pairs), ARGUMENTS)]
        last = len(calls) - 1
        inner = [
            f"substr({call}, {1 if at == 0 else 2}{'' if at == last else f', length({call}) - {1 if at == 0 else 2}'})"
            for at, call in enumerate(calls)
        ]
        return calls[0] if last == 0 else " || ',' || ".join(inner)

    def _as_text(self, name: str) -> str:
        column = _quoted(name)
        text = f"CAST({column} AS TEXT)"
        if self._types[name] and "BLOB" not in self._types[name]:
            return text
        return f"CASE WHEN typeof({column}) = 'blob' THEN quote({column}) ELSE {text} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _doubled(name: str) -> str:
    return name.replace("'", "''")


@contextmanager
def open_old_file(path: Path) -> Iterator[OldFile]:
    """The file, for reading. Raises Refused with one of the codes above, also when it changed until it was closed."""
    _check_header(path)
    before = _stamp(path)
    with ExitStack() as stack:
        place = stack.enter_context(_at_rest(path))
        try:
            connection = sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            stack.callback(connection.close)
            connection.text_factory = bytes
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_CELL)
            for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise Refused("oldfile_damaged", path=path, reason=str(error)) from error
        yield OldFile(path, connection)
    if _stamp(path) != before:
        raise Refused("oldfile_changed", path=path)


def _check_header(path: Path) -> None:
    """What tells a whole SQLite file from anything else. https://www.sqlite.org/fileformat2.html, 1.3"""
    try:
        if not path.is_file():
            raise Refused("oldfile_missing", path=path)
        with path.open("rb") as file:
            head = file.read(100)
            size = file.seek(0, 2)
    except (OSError, ValueError) as error:
        raise Refused("oldfile_unopenable", path=path, reason=type(error).__name__) from error
    if not head.startswith(MAGIC):
        raise Refused("oldfile_not_sqlite", path=path)
    if len(head) < 100:
        raise Refused("oldfile_truncated", path=path)
    page, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])[0]
    counted = head[24:28] == head[92:96]
    if counted and pages * (65_536 if page == 1 else page) > size and not _journals(path):
        raise Refused("oldfile_truncated", path=path)


@contextmanager
def _at_rest(path: Path) -> Iterator[Path]:
    """The file itself; with a journal beside it a copy in which the journal was worked in, since reading the original
    would mean locking it and writing beside it."""
    journals = _journals(path)
    if not journals:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="nitsys-import-") as folder:
        copy = Path(folder) / "old.db"
        try:
            shutil.copyfile(path, copy)
            for suffix in journals:
                shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
            connection = sqlite3.connect(copy)
            try:
                connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise Refused("oldfile_damaged", path=path, reason=str(error)) from error
        yield copy


def _journals(path: Path) -> list[str]:
    beside = [(suffix, Path(f"{path}{suffix}")) for suffix in JOURNALS]
    return [suffix for suffix, file in beside if file.is_file() and file.stat().st_size]


def _stamp(path: Path) -> list[tuple[int, int]]:
    files = [path, *(Path(f"{path}{suffix}") for suffix in _journals(path))]
    return [(file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def digest(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of the file, with what its journal adds."""
    total, sha = 0, hashlib.sha256()
    for name in [str(path), *(f"{path}{suffix}" for suffix in _journals(path))]:
        with open(name, "rb") as file:
            while piece := file.read(1024 * 1024):
                total += len(piece)
                sha.update(piece)
    return total, sha.hexdigest()
