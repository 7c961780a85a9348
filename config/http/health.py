"""Is the process alive, and is it ready for requests (seed 002 「データベース接続確認」「マイグレーション実行」).

Ready is the database and its migrations alone: mail, Sentry and the rest may be down while entries go on (requirement
G6). The answer is bounded in time also when the database's host swallows every packet, which no time-out of PostgreSQL
itself can do: the question is asked in a thread of its own, on a connection of its own.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from threading import Lock

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from tenants.commands.ready import missing_migrations

SECONDS = 3.0
"""Longest wait for the database. Less than the five seconds that Render gives a health check."""


class Silent(DatabaseError):
    """The database did not answer in time."""


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; touches nothing."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and no migration is missing; else 503 with what is wrong, at the latest after SECONDS."""
    try:
        missing = missing_migrations() if connection.vendor == "sqlite" else ASKING.missing()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "unavailable", "database": "no answer"}, status=503)
    if missing:
        return JsonResponse({"status": "unavailable", "missing_migrations": missing}, status=503)
    return JsonResponse({"status": "ok"})


class Asking:
    """Asks the database in a thread. While an earlier question is still without an answer, no other is asked."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pool: ThreadPoolExecutor | None = None
        self.waiting: Future[list[str]] | None = None

    def missing(self) -> list[str]:
        """What `missing_migrations` says. Raises DatabaseError, Silent after SECONDS."""
        with self.lock:
            if self.waiting is None or self.waiting.done():
                self.pool = self.pool or ThreadPoolExecutor(1, "readyz")
                self.waiting = self.pool.submit(_ask_and_hang_up)
            asked = self.waiting
        try:
            return asked.result(timeout=SECONDS)
        except TookTooLong:
            raise Silent from None


def _ask_and_hang_up() -> list[str]:
    try:
        return missing_migrations()
    finally:
        connection.close()


ASKING = Asking()
"""Its thread starts with the first question, in the process that answers it: threads do not survive a fork."""
