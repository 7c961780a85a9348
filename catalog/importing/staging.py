"""Rows on their way into the catalogue: a temporary table that whole statements then read. Both databases.

One statement per question (what is new, what differs) is some fifty times faster than a question per row, and the
memory of our process stays flat: PostgreSQL takes the rows by COPY, SQLite by executemany. Everything here happens
within the caller's transaction; the table is gone when it ends.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, connection

IMPORT_LOCK = 21
"""Namespace of the advisory lock that lets one import at a time write a host's catalogue."""
POSTGRES_SETTINGS = {
    "statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
    "work_mem": "64MB", "gin_pending_list_limit": "64MB",
}  # fmt: skip
"""For the import's transaction only. Time limits are for requests; and an index of trigrams takes rows ten times faster
when it may sort many of them at once."""

TRIES = 3

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


def execute(statement: str, values: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return int(cursor.rowcount)


def fetch(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a question."""
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

    A cell is text, a number or None. Text with NUL or half a surrogate pair is for the caller to refuse.
    """

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table, self.columns = table, columns
        self._cursor = connection.cursor()
        self._copy: Any = None
        self._context: Any = None

    def __enter__(self) -> "Loader":
        self._cursor.__enter__()
        if is_postgres():
            self._context = self._cursor.copy(f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN")
            with connection.wrap_database_errors:
                self._copy = self._context.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        if self._context is not None:
            with connection.wrap_database_errors:
                self._context.__exit__(*failure)
        self._cursor.__exit__(*failure)

    def __call__(self, rows: Iterable[Cells]) -> None:
        """Take these rows."""
        if self._copy is not None:
            data = "".join(map(_line, rows)).encode()
            with connection.wrap_database_errors:
                self._copy.write(data)
            return
        marks = ", ".join(["%s"] * len(self.columns))
        into = f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks})"
        self._cursor.executemany(into, list(rows))


def _line(cells: Cells) -> str:
    """A row in COPY's text format. Nearly no row holds anything that has to be escaped."""
    line = "\t".join([cell if type(cell) is str else "\\N" if cell is None else str(cell) for cell in cells])
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(cells) - 1:
        line = "\t".join(map(_escaped, cells))
    return line + "\n"


def _escaped(cell: Any) -> str:
    if cell is None:
        return "\\N"
    text = str(cell).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
