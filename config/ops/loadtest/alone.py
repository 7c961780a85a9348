"""One load test at a time: the second would strike the first one's stage."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from config.env import ENV

LOCK = 7_254_100
"""Number of the advisory lock of load tests. Places use locks of two numbers, which are apart from these."""


class Busy(Exception):
    """Another load test is under way."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of load tests on PostgreSQL. Raises Busy. Behind a pooler a lock of a session means nothing, and
    SQLite is for one developer: there nobody is kept out."""
    if connection.vendor != "postgresql" or ENV.growth.pooled:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy("another loadtest is running on this database")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
