"""A site that was closed before a restore stays closed through it: the switches in a backup are those of another day.

They are set in the restore's own transaction. Otherwise the site would open between its commit and the moment when what
was erased since the backup is erased again (requirement D9).
"""

from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from config.ops.backups.databases import Postgres

TABLE = "tenants_switch"
ROWS = (
    "SELECT function, stopped_at, back_at, message FROM tenants_switch WHERE stopped_at IS NOT NULL ORDER BY function"
)
SET = """
INSERT INTO public.tenants_switch (function, stopped_at, back_at, message) VALUES ({}, {}, {}, {})
ON CONFLICT (function) DO UPDATE SET stopped_at = excluded.stopped_at, back_at = excluded.back_at, message = excluded.message;
"""


class Held(NamedTuple):
    """A switch that is on; who turned it is left out, since the backup may not know them."""

    function: str
    stopped_at: datetime
    back_at: datetime | None
    message: str


def held_in(database: Postgres) -> list[Held]:
    """What is stopped in a database that is about to be replaced; nothing when it has no such table."""
    return [Held(*found) for found in database.rows(TABLE, ROWS)]


def held_again(held: list[Held]) -> bytes:
    """Statements that stop the same functions. A backup of a release without switches has no place for them."""
    return b"".join(sql.SQL(SET).format(*one).as_bytes(None) for one in held)
