"""Pages that are the same for everyone, kept in this process's memory for about a second.

In the rush of an opening minute one page is asked for thousands of times a second. It is rendered once: whoever comes
meanwhile gets the last one when that is a few seconds old at most, or waits for the one being made (speed.md 3).
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic

FRESH_SECONDS, STALE_SECONDS = 1.0, 5.0
SIZE = 128
WAIT_SECONDS = 10.0
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered page. The tag is weak, because both encodings carry it."""

    body: bytes
    gzipped: bytes
    etag: str
    made_at: float


class PageCache:
    """At most `size` pages; the one that was not asked for the longest goes first."""

    def __init__(self, size: int = SIZE, clock: Callable[[], float] = monotonic) -> None:
        self.size = size
        self.clock = clock
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
        """Forget every page."""
        with self._lock:
            self._pages.clear()

    def _make(self, key: Key, render: Callable[[], bytes], done: Event) -> Page:
        began = self.clock()
        try:
            page = page_of(render(), began)
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


def page_of(body: bytes, made_at: float) -> Page:
    """A page with its tag and its compressed form."""
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Page(body, gzip.compress(body, compresslevel=5, mtime=0), etag, made_at)


PAGES = PageCache()
