"""Bounded waits for what another process or connection does."""

import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from time import monotonic

from django.db import connection

from tests.nursery import Forked

Process = subprocess.Popen[str] | subprocess.Popen[bytes] | Forked


def wait_until(
    true: Callable[[], bool], process: Process, *, seconds: float = 60, why: Callable[[], str] = lambda: ""
) -> None:
    """Fails when it did not happen in that time, or when the process ended before; `why` is then asked for the reason."""
    ends = monotonic() + seconds
    while not true():
        assert monotonic() < ends, f"it did not happen: {why()}"
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        assert true(), f"the process ended: {why()}"


def answers(address: str) -> bool:
    """Whether a page comes from there."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def until_somebody_waits(people: int = 1) -> None:
    """Until so many statements of other connections to this database stand behind a lock."""
    ends, waiting = monotonic() + 10, 0
    while waiting < people:
        assert monotonic() < ends, "nobody waited"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks "
                "WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
            )
            waiting = cursor.fetchone()[0]
