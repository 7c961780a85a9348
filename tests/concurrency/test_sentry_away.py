"""Sentry down or slow: nothing waits for it (requirement M2).

NITSYS_REQUESTS=2000 makes the full measure; the figures are printed, not asserted (docs/monitoring.md has them).
"""

import os
import statistics
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import perf_counter

from tests.sentry_sink import SentrySink
from tests.site import Site

REQUESTS = int(os.environ.get("NITSYS_REQUESTS", "100"))
BATCH = 100
APP = "tests.concurrency.failing:application"
AT_ONCE = 6


def ask(address: str) -> tuple[int, float]:
    began = perf_counter()
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, (perf_counter() - began) * 1_000


def batch(site: Site, pool: ThreadPoolExecutor, first: int) -> list[tuple[int, float]]:
    """A hundred requests, two of which fail: each of these is an event for Sentry."""
    numbers = range(first, first + BATCH)
    return list(pool.map(lambda n: ask(f"{site.address}/{'working' if n % 50 else 'failing'}"), numbers))


def test_under_load_nobody_waits_for_a_sentry_that_swallows_everything() -> None:
    """In turns, batch by batch, so that what else the machine does is the same for all."""
    stall, found = threading.Event(), {name: list[tuple[int, float]]() for name in ("off", "well", "black hole")}
    seconds = {}
    with SentrySink() as well, SentrySink(stall=stall) as black_hole, ThreadPoolExecutor(AT_ONCE) as pool:
        with ExitStack() as stack:
            dsns = {"off": "", "well": well.dsn, "black hole": black_hole.dsn}
            sites = {
                name: stack.enter_context(Site(workers=2, threads=3, app=APP, SENTRY_DSN=dsn))
                for name, dsn in dsns.items()
            }
            for first in range(0, REQUESTS, BATCH):
                for name, site in sites.items():
                    found[name] += batch(site, pool, first)
            for name, site in sites.items():
                began = perf_counter()
                site.stop()
                seconds[name] = round(perf_counter() - began, 1)
        assert well.events
        assert black_hole.bodies
        stall.set()
    for name, answers in found.items():
        assert [status for status, _ in answers] == [200 if n % 50 else 500 for n in range(len(answers))], name
        times = [ms for _, ms in answers]
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"\nSentry {name}: n={len(times)} median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, stops in {seconds[name]} s"
        )
