"""Django's backend for PostgreSQL, without a question to the database before each request.

A server that stops, restarts or throws us out closes the connection, which is seen here without asking. What closes nothing,
a host that vanished, is asked about every few seconds; until then the time-outs of a dead line hold, as within a request.
"""

from select import POLLIN, poll
from time import monotonic

from django.db.backends.postgresql import base

CHECK_SECONDS = 5.0
"""For how long after an answer a connection is believed."""
NEVER = float("-inf")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is believed for some seconds, as long as nothing was heard from the other side."""

    asked_at = NEVER
    """When it was asked last and answered, by the monotonic clock."""

    def connect(self) -> None:
        """A new connection has not answered yet."""
        self.asked_at = NEVER
        super().connect()

    def is_usable(self) -> bool:
        """Whether statements can be sent. After an error it is always asked."""
        now = monotonic()
        if not self.errors_occurred and now - self.asked_at < CHECK_SECONDS and self._is_quiet():
            return True
        usable = bool(super().is_usable())
        self.asked_at = now if usable else NEVER
        return usable

    def _is_quiet(self) -> bool:
        """Whether it is open with nothing to read: what comes between two requests is a farewell."""
        if self.connection is None or self.connection.closed:
            return False
        line = poll()
        line.register(self.connection.fileno(), POLLIN)
        return not line.poll(0)
