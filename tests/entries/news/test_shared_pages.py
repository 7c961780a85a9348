"""Pages that several processes share: made by one of them, taken by the others, missed by nobody."""

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.http import Http404

from entries.news import page_cache
from entries.news.page_cache import PageCache, SharedPages


class Broken(BaseCache):
    """As `config.runtime.caches` is when its server is away."""

    def __init__(self) -> None:
        super().__init__({})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return True

    def get(self, *args: Any, **kwargs: Any) -> None:
        return None

    def set(self, *args: Any, **kwargs: Any) -> None:
        return None

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return False


@pytest.fixture
def cache(request: pytest.FixtureRequest) -> LocMemCache:
    return LocMemCache(request.node.name, {})


def counted(bodies: list[bytes]) -> Callable[[], bytes]:
    def render() -> bytes:
        bodies.append(b"page %d" % len(bodies))
        return bodies[-1]

    return render


def kept(cache: LocMemCache) -> dict[str, Any]:
    """Pages by name, as the cache holds them."""
    return vars(cache)["_cache"]


def process(cache: BaseCache) -> PageCache:
    return PageCache(shared=SharedPages(cache))


def test_what_one_process_made_the_others_take(cache: LocMemCache) -> None:
    bodies: list[bytes] = []
    pages = [process(cache).get(("ja", "/"), counted(bodies)) for _ in range(4)]
    assert {(page.body, gzip.decompress(page.gzipped), page.etag) for page in pages} == {
        (b"page 0", b"page 0", pages[0].etag)
    }
    assert len(bodies) == 1


def test_after_its_second_a_page_is_made_anew(cache: LocMemCache) -> None:
    bodies: list[bytes] = []
    process(cache).get(("ja", "/"), counted(bodies))
    ends = vars(cache)["_expire_info"]
    for name in list(ends):
        if "turn-" in name:
            ends[name] = 0  # the second is over
    assert process(cache).get(("ja", "/"), counted(bodies)).body == b"page 1"


def test_pages_of_other_addresses_languages_and_words_are_other_pages(cache: LocMemCache) -> None:
    keys = [("ja", "/"), ("en", "/"), ("ja", "/meets/a/b/"), ("ja", "/meets/", "", "x"), ("ja", "/meets/", "x", "")]
    for number, key in enumerate(keys):
        body = b"%d" % number
        assert process(cache).get(key, partial(bytes, body)).body == body


def test_what_somebody_searched_for_stands_in_no_name(cache: LocMemCache) -> None:
    process(cache).get(("ja", "/meets/a/b/entries/", "", "鈴木", "1"), lambda: b"x")
    process(cache).get(("ja", "/meets/", "\ud800"), lambda: b"half a surrogate pair is a word too")
    names = " ".join(kept(cache))
    assert "鈴木" not in names
    assert "entries" not in names


def test_a_page_that_cannot_be_made_leaves_the_turn_to_the_next(cache: LocMemCache) -> None:
    def missing() -> bytes:
        raise Http404

    for _ in range(3):
        with pytest.raises(Http404):
            process(cache).get(("ja", "/none/"), missing)
    assert list(kept(cache)) == []


def test_who_waits_for_the_first_page_gets_it_and_makes_none(cache: LocMemCache) -> None:
    bodies: list[bytes] = []
    both, render = Barrier(2), counted(bodies)

    def slow() -> bytes:
        both.wait()
        return render()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(process(cache).get, ("ja", "/"), slow)
        while not kept(cache):
            pass
        second = pool.submit(process(cache).get, ("ja", "/"), render)
        both.wait()
        assert (first.result().body, second.result().body) == (b"page 0", b"page 0")
    assert len(bodies) == 1


def test_who_waited_long_enough_makes_it(cache: LocMemCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process took the turn and died."""
    monkeypatch.setattr(page_cache, "LONGEST_LOOK_SECONDS", 0.05)
    shared = SharedPages(cache)
    assert shared._wait_for_turn("turn", "page") is None
    assert shared._wait_for_turn("turn", "page") is None


def test_a_cache_that_is_away_is_no_cache() -> None:
    bodies: list[bytes] = []
    found = [process(Broken()).get(("ja", "/"), counted(bodies)).body for _ in range(3)]
    assert found == [b"page 0", b"page 1", b"page 2"]
