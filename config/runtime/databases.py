"""Databases and caches of a site that outgrew one server (docs/scaling.md): pooler, replica, shared cache.

Lock waits and statements are bounded, so that one stuck client cannot hold the whole site (requirement C10). A client
says so when it connects; but PgBouncer refuses such words, since its connections are everybody's. Behind it the limits
stand with the database's role instead: `hold_timeouts` writes them there, and `timeouts_hold` looks.
"""

from typing import Any

import dj_database_url
from django.db import connection

from config.env import Env

TIMEOUTS = {"lock_timeout": 3_000, "statement_timeout": 10_000, "idle_in_transaction_session_timeout": 30_000}
"""Milliseconds after which PostgreSQL gives up on a lock, a statement, an idle transaction."""
REPLICA_TIMEOUTS = {"lock_timeout": 1_000, "statement_timeout": 5_000}
KEEP_SECONDS = 600
DEAD_LINE = {"tcp_user_timeout": 15_000, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}
"""A database whose host vanished without a word is given up after 15 s (35 s while it thinks), not after 15 minutes."""
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
ANSWER_SECONDS = 0.25
"""A page made anew costs less than a wait for the shared cache."""
POSTGRESQL = "config.runtime.postgresql"


def databases(env: Env) -> dict[str, Any]:
    """DATABASES, with time-outs, persistent connections and, when there is one, the replica."""
    primary: Any = dj_database_url.parse(env.database_url, conn_max_age=KEEP_SECONDS, conn_health_checks=True)
    if primary["ENGINE"].endswith("sqlite3"):
        primary["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}
        return {"default": primary}
    primary["ENGINE"] = POSTGRESQL
    options = primary.setdefault("OPTIONS", {})
    options |= {"connect_timeout": 5, **DEAD_LINE}
    primary["DISABLE_SERVER_SIDE_CURSORS"] = True
    if env.growth.pooled:
        options["prepare_threshold"] = None
        primary["CONN_MAX_AGE"] = 0
    else:
        options["options"] = _words(TIMEOUTS)
    if not env.growth.replica_url:
        return {"default": primary}
    return {"default": primary, "replica": _replica(env.growth.replica_url)}


def _replica(url: str) -> dict[str, Any]:
    """Given up soon when it does not answer, because there is the primary; and nobody writes there, not even by mistake
    when the address leads to the primary."""
    replica: Any = dj_database_url.parse(url, conn_max_age=KEEP_SECONDS, conn_health_checks=True)
    replica["ENGINE"] = POSTGRESQL
    words = f"-c default_transaction_read_only=on {_words(REPLICA_TIMEOUTS)}"
    replica.setdefault("OPTIONS", {}).update(options=words, connect_timeout=2, tcp_user_timeout=3_000)
    replica["DISABLE_SERVER_SIDE_CURSORS"] = True
    replica["TEST"] = {"MIRROR": "default"}
    return dict(replica)


def _words(timeouts: dict[str, int]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in timeouts.items())


def caches(env: Env) -> dict[str, Any]:
    """CACHES: the shared cache when CACHE_URL is given, else one in each process."""
    if not env.growth.cache_url:
        return {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return {
        "default": {
            "BACKEND": "config.runtime.caches.SharedCache",
            "LOCATION": env.growth.cache_url,
            "KEY_PREFIX": f"nitsys-{env.app_env}-{env.monitoring.release[:12]}",
            "OPTIONS": {
                "socket_timeout": ANSWER_SECONDS,
                "socket_connect_timeout": ANSWER_SECONDS,
                "serializer": "config.runtime.caches.PlainBytes",
            },
        }
    }


def timeouts_hold() -> bool:
    """Whether the database bounds lock waits and statements for us, however we reach it. Raises DatabaseError."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = ANY(%s)", [list(TIMEOUTS)])
        found = [value for (value,) in cursor.fetchall()]
    return len(found) == len(TIMEOUTS) and all(0 < value <= max(TIMEOUTS.values()) for value in found)


def hold_timeouts() -> list[str]:
    """Write the limits to our own role in this database, for connections that begin from now on; what was written.

    A role may do so for itself. Whoever needs longer says so within a transaction, as imports and pg_dump do.
    """
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_database())")
        role, database = cursor.fetchone()
        for name, value in TIMEOUTS.items():
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}")
    return [f"{name} = {value} ms" for name, value in TIMEOUTS.items()]
