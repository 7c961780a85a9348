"""Public pages read from a copy of the database, where a site has one and as long as the copy keeps up.

Only what is the same for everyone is read there (`read_publicly`), and nothing is ever written meanwhile. Whoever is
signed in, and every transaction, stays on the primary: what one has just sent is what one sees.

The copy is asked at most once a second by each process how far it is. Its own clock cannot say so: on a quiet night it
is hours behind the last commit and yet complete, and when the line to the primary is cut it believes itself complete.
So the primary's position in its log is noted each second; the copy's delay is the age of the newest note that it has
reached.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)

log = logging.getLogger(__name__)

REPLICA = "replica"
MOST_DELAY_SECONDS = 5.0
"""So far the replica may be behind. Public pages are a few seconds old anyhow (entries.news.page_cache)."""
LOOK_SECONDS, REST_SECONDS = 1.0, 5.0
"""How often the replica is asked how far it is, and how long it is left alone after an error."""
NOTES = 60
Result = TypeVar("Result")
_reading: ContextVar[str | None] = ContextVar("public_read", default=None)


class WriteInPublicRead(Exception):
    """A public page wanted to write, or to lock. Always a fault in our code: what everybody may ask for only reads."""


class PublicReads:
    """Django's router: within `read_publicly` queries go where that says, and writes are refused; else nothing changes."""

    def db_for_read(self, model: type, **hints: Any) -> str | None:
        """The replica, or the primary when the replica is away; None outside a public read."""
        return _reading.get()

    def db_for_write(self, model: type, **hints: Any) -> str | None:
        """Raises WriteInPublicRead within a public read."""
        if _reading.get() is not None:
            raise WriteInPublicRead(model.__name__)
        return None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Rows of both connections may point at each other: the replica is a copy of the same database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """The replica gets its tables from the primary's log."""
        return False if db == REPLICA else None


class Watch:
    """Whether the replica may be read. One for each process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.delay = float("inf")
        """Seconds that the replica is behind, as of the last look; infinite when nothing is known."""
        self._lock = Lock()
        self._next_look = 0.0
        self._notes: deque[tuple[float, int]] = deque(maxlen=NOTES)

    @property
    def is_good(self) -> bool:
        """Whether the copy was recent enough when it was last looked at."""
        return self.delay <= MOST_DELAY_SECONDS

    def usable(self) -> bool:
        """Whether the replica may be read now. Looks at most once a second; meanwhile others go by the last look."""
        if self.clock() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self.is_good

    def failed(self, error: Exception) -> None:
        """Leave the replica alone for a while."""
        log.warning("the replica does not serve, public pages read the primary: %s", type(error).__name__)
        self.delay, self._next_look = float("inf"), self.clock() + REST_SECONDS
        self._notes.clear()
        connections[REPLICA].close()

    def _look(self) -> None:
        was_good, self._next_look = self.is_good, self.clock() + LOOK_SECONDS
        self._note_primary()
        try:
            reached = position_of_replica()
        except (OperationalError, InterfaceError) as error:
            self.failed(error)
            return
        now = self.clock()
        seen = [moment for moment, position in self._notes if reached is not None and position <= reached]
        self.delay = now - seen[-1] if seen else float("inf")
        if was_good and not self.is_good:
            log.warning("the replica is behind, public pages read the primary")

    def _note_primary(self) -> None:
        """While the primary is away there is nothing newer to miss: its last position counts as of now."""
        now = self.clock()
        try:
            self._notes.append((now, position_of_primary()))
        except (DatabaseError, InterfaceError):
            if self._notes:
                self._notes.append((now, self._notes[-1][1]))


def position_of_primary() -> int:
    """Bytes of log that the primary has written. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
        return int(cursor.fetchone()[0])


def position_of_replica() -> int | None:
    """Bytes of log that the replica shows; None when it is none (any more). Raises DatabaseError."""
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::bigint")
        follows, reached = cursor.fetchone()
    return int(reached) if follows and reached is not None else None


WATCH = Watch()


def read_publicly(work: Callable[[], Result]) -> Result:
    """Do `work`, which reads what is the same for everyone and writes nothing: on the replica, or on the primary when
    there is none, when it is away or behind, or when it cannot answer (say, for want of the newest migration)."""
    if REPLICA in settings.DATABASES and WATCH.usable():
        try:
            with _from(REPLICA):
                return work()
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            WATCH.failed(error)
    with _from(DEFAULT_DB_ALIAS):
        return work()


@contextmanager
def _from(alias: str) -> Iterator[None]:
    token = _reading.set(alias)
    try:
        yield
    finally:
        _reading.reset(token)
