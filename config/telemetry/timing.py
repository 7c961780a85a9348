"""How long requests and slow queries take: added up in memory, written once a minute, one log line for each request.

A request pays for a few additions under a lock and one line of JSON; the table is written by a thread of its own.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter, time
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from config.telemetry import route
from config.telemetry.masking import mask_sql
from config.telemetry.security_events import FORBIDDEN, NOT_FOUND, refused
from tenants.upkeep import timings
from tenants.upkeep.buckets import bucket_of, merged
from tenants.upkeep.counters import count
from tenants.upkeep.models import TimingKind
from tenants.upkeep.timings import Sums

access = logging.getLogger("nitsys.access")
log = logging.getLogger(__name__)

FLUSH_SECONDS = 60.0
SLOW_MS = 100.0
HOUR = 3_600
MOST_ROWS = 1_000
"""Different addresses and queries in one minute of one process. Patterns are few; this is for what nobody thought of."""
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
Key = tuple[int, str, str]


class Times:
    """What this process saw since the last flush."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sums: dict[Key, Sums] = {}

    def add(self, kind: str, name: str, ms: float, *, failed: bool = False) -> None:
        """Add one duration to its hour. Dropped when the hour has MOST_ROWS names already."""
        key = (int(time()) // HOUR, kind, name)
        with self.lock:
            found = self.sums.get(key)
            if found is None:
                if len(self.sums) >= MOST_ROWS:
                    return
                found = self.sums[key] = Sums(datetime.fromtimestamp(key[0] * HOUR, UTC), kind, name)
            found.count += 1
            found.failures += failed
            found.total_ms += ms
            found.worst_ms = max(found.worst_ms, ms)
            found.buckets[bucket_of(ms)] += 1

    def flush(self) -> int:
        """Write what was counted, and begin anew; how many rows. What the database did not take is kept for the next time."""
        with self.lock:
            taken, self.sums = self.sums, {}
        try:
            timings.add(list(taken.values()))
        except (DatabaseError, InterfaceError) as error:
            log.warning("timings wait for the database: %s", type(error).__name__)
            self._put_back(taken)
            return 0
        return len(taken)

    def _put_back(self, taken: dict[Key, Sums]) -> None:
        with self.lock:
            for key, old in taken.items():
                new = self.sums.setdefault(key, old)
                if new is not old:
                    new.count, new.failures = new.count + old.count, new.failures + old.failures
                    new.total_ms, new.worst_ms = new.total_ms + old.total_ms, max(new.worst_ms, old.worst_ms)
                    new.buckets = merged(new.buckets, old.buckets)


TIMES = Times()


class WatchMiddleware:
    """Outside all others but the one that gives the id: what the user waits for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the request. Its route is known to log and Sentry as long as it is under way."""
        began = perf_counter()
        token = route.current.set(request)
        try:
            response = self.get_response(request)
        finally:
            route.current.reset(token)
        watched(request, response, (perf_counter() - began) * 1_000)
        return response


def watched(request: HttpRequest, response: HttpResponseBase, ms: float) -> None:
    """Note one answered request: in the table, for /metrics, and in the log (without query string and address)."""
    pattern, method, status = route.route_of(request), route.method_of(request), response.status_code
    if pattern in PROBES and status < 500:
        return
    count("requests", route=pattern, method=method, status=str(status))
    count("request_seconds", ms / 1_000, route=pattern)
    if status in (FORBIDDEN, NOT_FOUND):
        refused(request, status)
    if status in (429, 503):
        count("throttled" if status == 429 else "busy")
    if pattern not in PROBES and pattern != route.STATIC:
        failed = status >= 500 and not getattr(response, "is_meant", False)
        TIMES.add(TimingKind.ADDRESS, pattern, ms, failed=failed)
    facts = {"method": method, "route": pattern, "status": status, "ms": round(ms, 1), "bytes": _bytes(response)}
    access.info("request", extra={"facts": facts})


def _bytes(response: HttpResponseBase) -> int | None:
    if isinstance(response, HttpResponse):
        return len(response.content)
    length = str(response.headers.get("Content-Length", ""))
    return int(length) if length.isdigit() else None


def watch_queries(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: time each query of this connection; it may be made anew, its wrappers stay."""
    if _time_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time_query)


def _time_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    began, failed = perf_counter(), True
    try:
        result = execute(sql, params, many, context)
        failed = False
        return result
    finally:
        ms = (perf_counter() - began) * 1_000
        if ms > SLOW_MS:
            TIMES.add(TimingKind.QUERY, mask_sql(str(sql)), ms, failed=failed)


class Minute:
    """The thread that once a minute writes what its process counted, and looks after the worker (`config.ops.alarms`)."""

    def __init__(self, *steps: Callable[[datetime], object]) -> None:
        self.steps = steps
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name="minute", daemon=True)

    def start(self) -> None:
        """Begin. After a fork: threads do not survive one."""
        self.thread.start()

    def _run(self) -> None:
        """Each minute's work in a thread of its own: what nobody thought of ends that one, is said, and not all later ones."""
        while not self.stop.wait(FLUSH_SECONDS):
            work = threading.Thread(target=self.once, name="minute's work", daemon=True)
            work.start()
            work.join()

    def once(self) -> None:
        """All steps; the database may be away for any of them."""
        try:
            TIMES.flush()
            for step in self.steps:
                step(timezone.now())
        except (DatabaseError, InterfaceError) as error:
            log.warning("the minute's work waits for the database: %s", type(error).__name__)
        finally:
            connection.close()

    def finish(self) -> None:
        """At the end of the process: write what is left."""
        self.stop.set()
        TIMES.flush()
        connection.close()
