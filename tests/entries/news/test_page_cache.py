"""A rush renders a page once, and the memory stays bounded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from entries.news.page_cache import PageCache


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def counted(bodies: list[bytes]) -> Callable[[], bytes]:
    def render() -> bytes:
        bodies.append(b"page %d" % len(bodies))
        return bodies[-1]

    return render


def test_a_page_is_kept_for_a_second(clock: Clock) -> None:
    cache = PageCache(clock=clock)
    bodies: list[bytes] = []
    render = counted(bodies)
    first = cache.get(("a",), render)
    clock.now = 0.9
    assert cache.get(("a",), render) is first
    clock.now = 1.0
    assert cache.get(("a",), render).body == b"page 1"
    assert len(bodies) == 2


def test_pages_of_different_keys_are_kept_apart(clock: Clock) -> None:
    cache = PageCache(clock=clock)
    assert cache.get(("a",), lambda: b"a").body == b"a"
    assert cache.get(("b",), lambda: b"b").body == b"b"


def test_the_memory_is_bounded_and_the_page_in_use_stays(clock: Clock) -> None:
    cache = PageCache(size=3, clock=clock)
    bodies: list[bytes] = []
    render = counted(bodies)
    for number in range(50):
        cache.get(("hot",), render)
        cache.get((f"cold {number}",), lambda: b"cold")
    assert len(bodies) == 1
    assert len(cache._pages) == 3


def test_many_at_once_render_once() -> None:
    cache, bodies, gate = PageCache(), [], Barrier(8)
    may_end = Event()

    def render() -> bytes:
        may_end.wait(5)
        bodies.append(b"x")
        return b"x"

    def ask(number: int) -> bytes:
        gate.wait(5)
        if number == 0:
            may_end.set()
        return cache.get(("a",), render).body

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [b"x"] * 8
    assert len(bodies) == 1


def test_the_old_page_is_given_while_the_new_one_is_made(clock: Clock) -> None:
    cache, in_render, may_end = PageCache(clock=clock), Event(), Event()
    cache.get(("a",), lambda: b"old")
    clock.now = 2.0

    def slow() -> bytes:
        in_render.set()
        may_end.wait(5)
        return b"new"

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(cache.get, ("a",), slow)
        in_render.wait(5)
        assert cache.get(("a",), slow).body == b"old"
        may_end.set()
        assert making.result().body == b"new"


def test_a_failure_is_passed_on_and_not_kept(clock: Clock) -> None:
    cache = PageCache(clock=clock)

    def fail() -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        cache.get(("a",), fail)
    assert cache.get(("a",), lambda: b"there now").body == b"there now"
    assert cache._being_made == {}


def test_the_compressed_page_is_the_page(clock: Clock) -> None:
    import gzip

    page = PageCache(clock=clock).get(("a",), lambda: "大会".encode() * 100)
    assert gzip.decompress(page.gzipped) == page.body
    assert len(page.gzipped) < len(page.body)
