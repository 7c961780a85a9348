"""Pages that are the same for everyone, kept in this process's memory for about a second.

In the rush of an opening minute one page is asked for thousands of times a second. It is rendered once: whoever comes
meanwhile gets the last one when that is a few seconds old at most, or waits for the one being made (limit L3).

Where processes share a cache (CACHE_URL) they render it once a second all together: who is first puts it there, and
the others take it from there.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

FRESH_SECONDS, STALE_SECONDS = 1.0, 5.0
SIZE = 128
WAIT_SECONDS = 10.0
LOOK_SECONDS, LONGEST_LOOK_SECONDS = 0.02, 2.0
"""How often, and how long, a process looks for a page that another one makes for the first time."""
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered page. The tag is weak, because both encodings carry it."""

    body: bytes
    gzipped: bytes
    etag: str
    made_at: float


class SharedPages:
    """Pages of the last seconds, in a cache of all processes. When it is away each process makes its own.

    Names are hashes, so that what somebody searched for, a name perhaps, stands nowhere.
    """

    def __init__(self, cache: BaseCache | None = None) -> None:
        self._given = cache

    @property
    def _cache(self) -> BaseCache:
        return self._given or caches["default"]

    def get(self, key: Key, render: Callable[[], bytes]) -> tuple[bytes, bytes]:
        """A page plain and compressed: made by `render` when nobody made it within this second, else what they made."""
        name = hashlib.blake2b("\0".join(key).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
        turn, page = f"turn-{name}", f"page-{name}"
        found = self._wait_for_turn(turn, page)
        if found is not None:
            return gzip.decompress(found), found
        packed = None
        try:
            body = render()
            packed = _packed(body)
            self._cache.set(page, packed, timeout=int(FRESH_SECONDS + STALE_SECONDS))
            return body, packed
        finally:
            if packed is None:  # there is no such page: nobody shall wait for it
                self._cache.delete(turn)

    def _wait_for_turn(self, turn: str, page: str) -> bytes | None:
        """None when it is our turn to make the page; else the page, for whose first making we wait a little."""
        ends, pause = monotonic() + LONGEST_LOOK_SECONDS, Event()
        while monotonic() < ends:
            if self._cache.add(turn, b"1", timeout=int(FRESH_SECONDS)):
                return None
            if (found := self._cache.get(page)) is not None:
                return bytes(found)
            pause.wait(LOOK_SECONDS)
        return None


class PageCache:
    """At most `size` pages; the one that was not asked for the longest goes first."""

    def __init__(
        self, size: int = SIZE, clock: Callable[[], float] = monotonic, shared: SharedPages | None = None
    ) -> None:
        self.size = size
        self.clock = clock
        self.shared = shared
        self._lock = Lock()
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._being_made: dict[Key, Event] = {}

    def get(self, key: Key, render: Callable[[], bytes]) -> Page:
        """The page of this key, made by `render` when there is none fresh. What `render` raises is passed on."""
        with self._lock:
            page = self._pages.get(key)
            made = self._being_made.get(key)
            age = self.clock() - page.made_at if page else 0.0
            if page and (age < FRESH_SECONDS or (made and age < FRESH_SECONDS + STALE_SECONDS)):
                self._pages.move_to_end(key)
                return page
            if made is None:
                self._being_made[key] = done = Event()
        if made is None:
            return self._make(key, render, done)
        made.wait(WAIT_SECONDS)
        with self._lock:
            page = self._pages.get(key)
        return page or page_of(render(), self.clock())

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()

    def _make(self, key: Key, render: Callable[[], bytes], done: Event) -> Page:
        began = self.clock()
        try:
            page = self._page(key, render, began)
            with self._lock:
                self._pages[key] = page
                self._pages.move_to_end(key)
                while len(self._pages) > self.size:
                    self._pages.popitem(last=False)
            return page
        finally:
            with self._lock:
                del self._being_made[key]
            done.set()

    def _page(self, key: Key, render: Callable[[], bytes], began: float) -> Page:
        if self.shared is None:
            return page_of(render(), began)
        return Page(*_tagged(*self.shared.get(key, render)), began)


def page_of(body: bytes, made_at: float) -> Page:
    """A page with its tag and its compressed form."""
    return Page(*_tagged(body, _packed(body)), made_at)


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=5, mtime=0)


def _tagged(body: bytes, packed: bytes) -> tuple[bytes, bytes, str]:
    return body, packed, f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


PAGES = PageCache(shared=SharedPages() if settings.SHARED_PAGES else None)
