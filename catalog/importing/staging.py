"""Rows on their way into the catalogue: a temporary table that whole statements then read. Both databases.

One statement per question (what is new, what differs) is some fifty times faster than a question per row, and the
memory of our process stays flat: PostgreSQL takes the rows by COPY, SQLite by executemany. Everything here happens
within the caller's transaction; the table is gone when it ends.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, connection

IMPORT_LOCK = 21
"""Namespace of the advisory lock that lets one import at a time write a host's catalogue."""
POSTGRES_SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "work_mem": "64MB",
    "gin_pending_list_limit": "64MB",
}
"""For the import's transaction only. Time limits are for requests; and an index of trigrams takes rows ten times faster
when it may sort many of them at once."""

TRIES = 3
NULL = b"\x01"
"""How COPY is told that a cell is empty: not by a backslash, so that rows without one need no second look."""
ESCAPES = ((b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"), (NULL, b"\\" + NULL))

Cells = Sequence[Any]
Result = TypeVar("Result")


class Overtaken(IntegrityError):
    """Somebody added, since we looked, what we were about to add."""


def is_postgres() -> bool:
    """Whether statements are worded for PostgreSQL; else for SQLite."""
    return connection.vendor == "postgresql"


def begin(tenant_id: int) -> None:
    """At the start of the transaction: no time limits, and one import of this host at a time (the others wait)."""
    if is_postgres():
        with connection.cursor() as cursor:
            for name, value in POSTGRES_SETTINGS.items():
                cursor.execute(f"SET LOCAL {name} = '{value}'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, tenant_id])
    else:
        connection.ensure_connection()
        connection.connection.create_function("plain_text", 1, plain_text, deterministic=True)


def plain_text(text: str | None) -> str | None:
    """A text whatever its width and its form of Unicode (a Mac takes ガ apart): texts that are one so are no change."""
    return None if text is None else unicodedata.normalize("NFKC", text)


def plain_column(column: str) -> str:
    """The same for a column within a statement, once `begin` was called."""
    return f"normalize({column}, NFKC)" if is_postgres() else f"plain_text({column})"


def again_when_overtaken(action: Callable[[], Result]) -> Result:
    """Imports of one host wait for each other; but a person may have typed in what a file adds. Then `action`, which is
    one transaction, is done again, some times."""
    for _ in range(TRIES - 1):
        try:
            return action()
        except IntegrityError:
            continue
    return action()


def create(name: str, columns: dict[str, str]) -> None:
    """Make the temporary table `name`; `columns` maps names to types of PostgreSQL, which SQLite takes as they are
    but for collations, dates and JSON."""
    drop(name)
    types = columns if is_postgres() else {column: _of_sqlite(kind) for column, kind in columns.items()}
    listed = ", ".join(f"{column} {kind}" for column, kind in types.items())
    end = " ON COMMIT DROP" if is_postgres() else ""
    execute(f"CREATE TEMP TABLE {name} ({listed}){end}")


def _of_sqlite(kind: str) -> str:
    return kind.replace(' COLLATE "C"', "").replace("jsonb", "text").replace("date", "text")


def drop(name: str) -> None:
    """Forget the temporary table, for a second import within one transaction."""
    schema = "pg_temp" if is_postgres() else "temp"
    execute(f"DROP TABLE IF EXISTS {schema}.{name}")


def analyse(name: str) -> None:
    """Let the database count what the table holds, each time that it was filled or changed: it joins a table of which
    it believes that one row fulfils a condition row by row, which for 200,000 takes hours."""
    execute(f"ANALYZE {'' if is_postgres() else 'temp.'}{name}")


def execute(statement: str, values: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return int(cursor.rowcount)


def fetch(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return list(cursor.fetchall())


def each(statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a question, some thousands at a time: however many, they never stand in our memory together."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(f"DECLARE import_rows NO SCROLL CURSOR FOR {statement}", list(values) or None)
            while rows := _next_rows(cursor):
                yield from rows
            cursor.execute("CLOSE import_rows")
        else:
            cursor.execute(statement, list(values) or None)
            while rows := cursor.fetchmany(5000):
                yield from rows


def _next_rows(cursor: Any) -> list[tuple[Any, ...]]:
    cursor.execute("FETCH 5000 FROM import_rows")
    return list(cursor.fetchall())


class Loader:
    """`with Loader(table, columns) as load: load(rows)`, any number of times; nothing else may be asked meanwhile.

    A cell is text, the same in UTF-8, a number or None. Text with NUL or half a surrogate pair is for the caller to refuse. `constants`
    are columns that hold the same in every row.
    """

    def __init__(self, table: str, columns: Sequence[str], constants: Mapping[str, str | int] | None = None) -> None:
        self._constants = dict(constants or {})
        self._cells = len(columns)
        self._into = f"{table} ({', '.join([*columns, *self._constants])})"
        self._cursor = connection.cursor()
        self._copy: Any = None
        self._context: Any = None

    def __enter__(self) -> "Loader":
        self._cursor.__enter__()
        if is_postgres():
            self._context = self._cursor.copy(f"COPY {self._into} FROM STDIN WITH (NULL '{NULL.decode()}')")
            with connection.wrap_database_errors:
                self._copy = self._context.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        if self._context is not None:
            with connection.wrap_database_errors:
                self._context.__exit__(*failure)
        self._cursor.__exit__(*failure)

    def __call__(self, rows: Sequence[Cells]) -> None:
        """Load these rows into the staging table: by COPY on PostgreSQL, else by INSERT."""
        if self._copy is None:
            marks = ", ".join(["%s"] * (self._cells + len(self._constants)))
            more = tuple(self._constants.values())
            self._cursor.executemany(
                f"INSERT INTO {self._into} VALUES ({marks})", [(*map(_as_text, row), *more) for row in rows]
            )
        elif rows:
            tail = b"".join([b"\t" + _escaped(value) for value in self._constants.values()])
            with connection.wrap_database_errors:
                self._copy.write(copy_text(rows, tail))


def _as_text(cell: Any) -> Any:
    return cell.decode() if type(cell) is bytes else cell


def copy_text(rows: Sequence[Cells], tail: bytes = b"") -> bytes:
    """Rows in COPY's text format, `tail` behind each. Nearly no text holds anything that has to be escaped, which is
    asked of all rows at once: by counting what only separators should be."""
    lines = [b"\t".join([cell if type(cell) is bytes else _in_utf8(cell) for cell in row]) for row in rows]
    end = tail + b"\n"
    data = end.join(lines) + end
    if _is_plain(data, rows, tail):
        return data
    return b"".join([b"\t".join(map(_escaped, row)) + end for row in rows])


def _in_utf8(cell: Any) -> bytes:
    return NULL if cell is None else str(cell).encode()


def _is_plain(data: bytes, rows: Sequence[Cells], tail: bytes) -> bool:
    tabs = len(rows) * (len(rows[0]) - 1 + tail.count(b"\t"))
    if b"\\" in data or b"\r" in data or data.count(b"\n") != len(rows) or data.count(b"\t") != tabs:
        return False
    return NULL not in data or data.count(NULL) == sum(row.count(None) for row in rows)


def _escaped(cell: Any) -> bytes:
    if cell is None:
        return NULL
    text = cell if type(cell) is bytes else _in_utf8(cell)
    if b"\\" in text:
        text = text.replace(b"\\", b"\\\\")
    for letter, escape in ESCAPES:
        if letter in text:
            text = text.replace(letter, escape)
    return text
