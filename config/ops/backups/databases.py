"""Which database: host, name and how to reach it with a connection of our own, without Django's limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, LiteralString

import dj_database_url
import psycopg
from django.db import connection

from config.ops.backups.errors import BackupError, first_line

SSL = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding")
EVEN = "-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c extra_float_digits=1 -c bytea_output=hex"
"""Rows are compared by their text, so that both sides have to write it alike."""
FREE = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0"


@dataclass(frozen=True)
class Postgres:
    """One database of a PostgreSQL server."""

    name: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=dict)
    engine = "postgresql"

    @property
    def label(self) -> str:
        """Host and name, never a password."""
        return f"{self.host or 'this machine'} {self.name}"

    def at(self, name: str) -> "Postgres":
        """Another database of the same server."""
        return replace(self, name=name)

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection. Raises BackupError when the server does not answer."""
        given = {"host": self.host, "port": self.port, "user": self.user, "password": self.password, **self.more}
        values: Any = {name: value for name, value in given.items() if value}
        try:
            return psycopg.connect(
                dbname=self.name, autocommit=autocommit, connect_timeout=10, options=f"{EVEN} {FREE}", **values
            )
        except psycopg.OperationalError as error:
            raise BackupError(f"{self.label}: the database does not answer: {first_line(error)}") from None

    def rows(self, table: str, query: LiteralString) -> list[tuple[Any, ...]]:
        """What the query finds; nothing when there is no such table in the schema `public`."""
        with self.connect() as connection, connection.cursor() as cursor:
            row = cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"]).fetchone()
            return cursor.execute(query).fetchall() if row and row[0] else []

    def environment(self) -> dict[str, str]:
        """How PostgreSQL's own programs find it; a password on a command line could be read by others."""
        given = {
            "PGDATABASE": self.name,
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGCONNECT_TIMEOUT": "10",
            "PGAPPNAME": "nit-sys backup",
            **{f"PG{name.upper().replace('_', '')}": value for name, value in self.more.items()},
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Sqlite:
    path: Path
    engine = "sqlite"

    @property
    def label(self) -> str:
        return f"this machine {self.path}"


Database = Postgres | Sqlite


def site_database() -> Database:
    """The one that this site runs on."""
    return of_settings(connection.settings_dict)


def of_url(url: str) -> Postgres:
    """The server of a `postgres://` address."""
    found = of_settings(dict(dj_database_url.parse(url)))
    if not isinstance(found, Postgres):
        raise BackupError("BACKUP_SCRATCH_URL: only PostgreSQL")
    return found


def of_settings(values: Mapping[str, Any]) -> Database:
    """As Django holds it; `postgres:///name?host=/run/postgresql` stands among the options."""
    if "sqlite3" in values["ENGINE"]:
        return Sqlite(Path(values["NAME"]))
    options = values.get("OPTIONS") or {}
    where = {
        name: str(values[name.upper()] or options.get(name) or "") for name in ("host", "port", "user", "password")
    }
    return Postgres(
        name=str(values["NAME"]),
        **where,
        more={name: str(options[name]) for name in SSL if name in options},
    )
