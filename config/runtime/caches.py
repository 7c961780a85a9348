"""A cache that all web processes share (Redis protocol), and that nobody misses when it is away.

Nothing stands there that is not elsewhere: an error counts as a miss, is logged once a minute, and lets the cache be
for a moment, so that a server that does not answer costs one request its short time-out and not all of them.
"""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)

REST_SECONDS, SAY_SECONDS = 1.0, 60.0
Result = TypeVar("Result")


class Health:
    """Whether the cache answered the last time. One for each process, because each thread has a cache of its own."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self._lock = Lock()
        self._away_until = self._silent_until = float("-inf")

    @property
    def is_away(self) -> bool:
        """Whether to leave it alone just now."""
        return self.clock() < self._away_until

    def failed(self, error: Exception) -> None:
        """Leave it alone for a second; say so once a minute."""
        now = self.clock()
        with self._lock:
            self._away_until = now + REST_SECONDS
            silent = now < self._silent_until
            if not silent:
                self._silent_until = now + SAY_SECONDS
        if not silent:
            log.warning("the shared cache is away, pages are made without it: %s", type(error).__name__)


HEALTH = Health()


class PlainBytes:
    """Only bytes are kept, as they are: what comes out of a cache is never run, as a pickle would be."""

    def dumps(self, value: bytes) -> bytes:
        """Raises TypeError for anything but bytes."""
        if not isinstance(value, bytes):
            raise TypeError("the shared cache keeps bytes")
        return value

    def loads(self, value: bytes) -> bytes:
        return value


class SharedCache(RedisCache):
    """Django's, of which we need four methods; none of them ever fails."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """`default` also when the cache is away."""
        return self._tried(lambda: super(SharedCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Nothing when the cache is away."""
        self._tried(lambda: super(SharedCache, self).set(key, value, timeout, version), None)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """True when the cache is away: whoever asks is then the only one, as far as anybody knows."""
        return self._tried(lambda: super(SharedCache, self).add(key, value, timeout, version), True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """False when the cache is away."""
        return self._tried(lambda: super(SharedCache, self).delete(key, version), False)

    def _tried(self, work: Callable[[], Result], otherwise: Result) -> Result:
        from redis.exceptions import RedisError

        if HEALTH.is_away:
            return otherwise
        try:
            return work()
        except (RedisError, OSError) as error:
            HEALTH.failed(error)
            return otherwise
