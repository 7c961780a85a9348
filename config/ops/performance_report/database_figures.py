"""What PostgreSQL itself knows of its work: statements, hits, and tables that are read from end to end."""

from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from config.telemetry.masking import mask_sql

LARGE = 10_000
"""Rows from which on reading a whole table each time is worth a look."""
OF_STATEMENTS = """
SELECT query, calls, total_exec_time, mean_exec_time, max_exec_time
FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC LIMIT %s
"""
OF_HITS = """
SELECT coalesce(sum(heap_blks_hit)::float / nullif(sum(heap_blks_hit + heap_blks_read), 0), 1),
       coalesce(sum(idx_blks_hit)::float / nullif(sum(idx_blks_hit + idx_blks_read), 0), 1)
FROM pg_statio_user_tables
"""
OF_SCANS = """
SELECT relname, seq_scan, coalesce(idx_scan, 0), n_live_tup FROM pg_stat_user_tables
WHERE n_live_tup > %s AND seq_tup_read > 0 ORDER BY seq_tup_read DESC, relname LIMIT %s
"""


class Statement(NamedTuple):
    """One statement since the statistics were last reset. Milliseconds. PostgreSQL keeps the values of what is no query as
    they were typed (`ALTER ROLE … PASSWORD '…'`), so that they are masked here."""

    query: str
    calls: int
    total_ms: float
    mean_ms: float
    worst_ms: float


class Scan(NamedTuple):
    """A large table that was read from end to end, since the statistics were last reset."""

    table: str
    scans: int
    index_scans: int
    rows: int


class DatabaseFigures(NamedTuple):
    """`statements` is None where the extension is not there, or not for us to read."""

    statements: list[Statement] | None
    table_hits: float
    index_hits: float
    scans: list[Scan]


def database_figures(limit: int) -> DatabaseFigures | None:
    """None on SQLite, which keeps no such figures."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(OF_HITS)
        table_hits, index_hits = cursor.fetchone()
        cursor.execute(OF_SCANS, [LARGE, limit])
        scans = [Scan(*row) for row in cursor.fetchall()]
    return DatabaseFigures(_statements(limit), table_hits, index_hits, scans)


def _statements(limit: int) -> list[Statement] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'")
        if cursor.fetchone() is None:
            return None
        try:
            with transaction.atomic():
                cursor.execute(OF_STATEMENTS, [limit])
                return [Statement(mask_sql(query), *figures) for query, *figures in cursor.fetchall()]
        except DatabaseError:  # the extension is made, but the server was not started with its library
            return None
