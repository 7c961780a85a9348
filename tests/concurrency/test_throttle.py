"""Requirement A1: guesses sent at the same moment do not pass together. Three server processes, a real PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import RequestFactory

from tenants.models import User
from tenants.throttle import attempts
from tenants.throttle.models import Throttle
from tests.conftest import PASSWORD
from tests.rush import CSRF, cookies, post_all, request
from tests.site import Site

GUESSES = 200
THREADS = 24


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(workers=3) as running:
        yield running


def guess(email: str, password: str) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": CSRF, "email": email, "password": password})
    return request("/auth/login", cookies(""), body)


def test_of_200_guesses_at_once_no_more_than_the_limit_are_evaluated(site: Site, baba: User) -> None:
    wrong = [guess(baba.email, f"wrong-password-{n}") for n in range(GUESSES)]
    replies = Counter(reply.status for reply in post_all(site.port, wrong))
    assert replies == {422: attempts.SIGN_IN.pair, 429: GUESSES - attempts.SIGN_IN.pair}
    [right] = post_all(site.port, [guess(baba.email, PASSWORD)])
    assert right.status == 429


def together(work: Callable[[], bool]) -> int:
    """How many of THREADS calls that start at the same moment return True."""
    start = Barrier(THREADS)

    def one() -> bool:
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda _: one(), range(THREADS)))


def test_the_count_is_exact_for_threads_that_start_together(now: datetime) -> None:
    limits = attempts.Limits(pair=5, address=1000, account=1000)

    def attempt() -> bool:
        try:
            attempts.count(RequestFactory().get("/"), what="t", account="a@example.com", limits=limits, at=now)
        except attempts.TooMany:
            return False
        return True

    assert together(attempt) == 5


def test_counting_after_the_evaluation_lets_them_pass_together(now: datetime) -> None:
    """What the test above is worth: look at the count, evaluate, then count, as django-axes does, and they all pass."""
    limits = attempts.Limits(pair=5, address=1000, account=1000)
    evaluating = Barrier(THREADS)

    def attempt() -> bool:
        if Throttle.objects.filter(key__startswith="t:pair:", attempts__gte=limits.pair).exists():
            return False
        evaluating.wait()
        try:
            attempts.count(RequestFactory().get("/"), what="t", account="a@example.com", limits=limits, at=now)
        except attempts.TooMany:
            return True
        return True

    assert together(attempt) == THREADS > 5
