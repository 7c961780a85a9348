"""What is in a database, in numbers that show any difference: rows and a hash of each table, sequences, migrations."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.ops.backups.databases import Postgres
from config.ops.backups.errors import Damaged

Cursor = psycopg.Cursor[tuple[Any, ...]]

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1"""
COUNT_AND_HASH = (
    "SELECT count(*), coalesce(sum(hashtextextended(nitsys_row::text, 0)::numeric), 0)::text FROM {} nitsys_row"
)
"""Free of order, over every column of every row (limit L8)."""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1"
OWNED = """
SELECT s.relname, t.relname, a.attname FROM pg_depend d
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') ORDER BY 1"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
ADMINS = "SELECT count(*) FROM tenants_user WHERE role = 'platform_admin' AND is_active AND password NOT LIKE '!%'"


@dataclass(frozen=True)
class Facts:
    """What a manifest says about a database, and what a restored one is held against."""

    tables: dict[str, tuple[int, str]]
    sequences: dict[str, int] = field(default_factory=dict)
    migrations: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(count for count, _ in self.tables.values())


@contextmanager
def snapshot(database: Postgres) -> Iterator[tuple[Cursor, str, datetime]]:
    """A cursor that sees one moment for as long as the block lasts, that moment's name for pg_dump, and its time."""
    connection = database.connect(autocommit=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), transaction_timestamp()")
            name, at = cursor.fetchone() or ("", datetime.now(UTC))
            yield cursor, name, at.astimezone(UTC)
    finally:
        connection.close()


def of_postgres(cursor: Cursor) -> Facts:
    """Reads every row once, inside the server."""
    names = [name for (name,) in cursor.execute(TABLES).fetchall()]
    tables = {}
    for name in names:
        row = cursor.execute(sql.SQL(COUNT_AND_HASH).format(sql.Identifier("public", name))).fetchone()
        tables[name] = (int(row[0]), str(row[1])) if row else (0, "0")
    sequences = {name: int(value) for name, value in cursor.execute(SEQUENCES).fetchall()}
    has_any = "django_migrations" in tables
    return Facts(tables, sequences, [row[0] for row in cursor.execute(MIGRATIONS).fetchall()] if has_any else [])


def sequences_behind(cursor: Cursor) -> list[str]:
    """Sequences that would hand out a number that is taken."""
    behind = []
    for sequence, table, column in cursor.execute(OWNED).fetchall():
        query = sql.SQL("SELECT coalesce(max({}), 0), (SELECT last_value FROM {}) FROM {}").format(
            sql.Identifier(column), sql.Identifier("public", sequence), sql.Identifier("public", table)
        )
        row = cursor.execute(query).fetchone()
        if row and row[0] > row[1]:
            behind.append(sequence)
    return behind


def of_sqlite(path: Path) -> Facts:
    """The same of a file. Raises Damaged for one that SQLite cannot read."""
    try:
        with _opened(path) as database:
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise Damaged(f"{path.name}: SQLite finds it damaged")
            names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            tables = {name: _hash(database, name) for (name,) in database.execute(names).fetchall()}
            has_numbers = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
            numbers = "SELECT name, seq FROM sqlite_sequence ORDER BY 1"
            sequences = dict(database.execute(numbers).fetchall()) if database.execute(has_numbers).fetchone() else {}
            migrations = database.execute(MIGRATIONS).fetchall() if "django_migrations" in tables else []
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{path.name}: not readable by SQLite: {error}") from None
    return Facts(tables, sequences, [row[0] for row in migrations])


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield database
    finally:
        database.close()


def _hash(database: sqlite3.Connection, table: str) -> tuple[int, str]:
    count, total = 0, 0
    quoted = '"' + table.replace('"', '""') + '"'
    for row in database.execute(f"SELECT * FROM {quoted}"):
        count += 1
        total += int.from_bytes(hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return count, str(total)


def admins_of_sqlite(path: Path) -> int:
    """How many platform admins could sign in."""
    with _opened(path) as database:
        return int(database.execute(ADMINS).fetchone()[0])


def differences(expected: Facts, found: Facts, *, but: str = "") -> list[str]:
    """What a restored database lacks of what was backed up; empty when it is the same. Rows of the table `but` may differ."""
    wrong = [f"table {name} is missing" for name in expected.tables.keys() - found.tables.keys()]
    wrong += [f"table {name} is not of this backup" for name in found.tables.keys() - expected.tables.keys()]
    for name in expected.tables.keys() & found.tables.keys() - {but}:
        (rows, rows_hash), (rows_now, hash_now) = expected.tables[name], found.tables[name]
        if rows != rows_now:
            wrong.append(f"table {name} has {rows_now} rows instead of {rows}")
        elif rows_hash != hash_now:
            wrong.append(f"table {name} has {rows} rows, but not the same")
    behind = (name for name, value in expected.sequences.items() if found.sequences.get(name, 0) < value)
    wrong += [f"sequence {name} is behind" for name in behind]
    if expected.migrations != found.migrations:
        wrong.append("the migrations differ")
    return sorted(wrong)
