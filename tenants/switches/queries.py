"""What is stopped now, as this process knows it: read at most once a second, so that a rush does not pay for it.

A switch is asked for by every request. Read each time, that is one more query a page; read once a second and process, it
is one query a second, and a change is seen everywhere within a second (requirement M7). While one thread reads, the
others go on with what was known.
"""

import logging
from threading import Lock
from time import monotonic

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection

from tenants.switches.models import Function, Switch

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0


class Watch:
    """The switches that are on, as they were a second ago at most."""

    def __init__(self, known: list[Switch] | None = None) -> None:
        self._lock = Lock()
        self._known = known
        self._read_at = monotonic() if known is not None else float("-inf")

    def now(self) -> list[Switch]:
        """What is stopped. When the database does not answer, or has no such table while it is being restored, what
        was known last goes on to hold: a maintenance page stays up through the restore. Before anything was ever
        read nothing is stopped."""
        if monotonic() - self._read_at < EVERY_SECONDS:
            return self._known or []
        if self._lock.acquire(blocking=self._known is None):
            try:
                if monotonic() - self._read_at >= EVERY_SECONDS:
                    self._read()
            finally:
                self._lock.release()
        return self._known or []

    def forget(self) -> None:
        """Read anew at the next look: this process has just changed something."""
        self._read_at = float("-inf")

    def _read(self) -> None:
        began = monotonic()
        try:
            rows = Switch.objects.using(DEFAULT_DB_ALIAS).filter(stopped_at__isnull=False)  # never a replica's past
            self._known = list(rows.order_by("pk"))
        except (DatabaseError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            log.warning("switches not read, the last ones known hold: %s", type(error).__name__)
            self._known = self._known or []
        self._read_at = began


WATCH = Watch()


def stopped_now() -> list[Switch]:
    """The switches that are on, at most a second old. The rows are shared: read them, change none."""
    return WATCH.now()


def stopped(function: str) -> Switch | None:
    """The switch of this function when it is on."""
    return next((switch for switch in stopped_now() if switch.function == function), None)


def all_switches() -> list[Switch]:
    """Every function in its order, read afresh with who switched it; unsaved and off where nobody ever did."""
    rows = {row.function: row for row in Switch.objects.select_related("by")}
    return [rows.get(function) or Switch(function=function) for function in Function]


def switch_of(function: Function) -> Switch:
    return next(row for row in all_switches() if row.function == function)
