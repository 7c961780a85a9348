"""A real Redis beside two servers: a page is made once for all of them, nothing personal stands there, and nobody
misses it when it is gone."""

import gzip
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.parse import quote

import pytest
import redis as client

from entries.meet.models import Meet, Race
from tests.conftest import PASSWORD
from tests.rush import CSRF, Coach, coaches, enter_address, post_all, request, sheet
from tests.services import Redis
from tests.site import Site

SECONDS, EVERY = 3.0, 0.02


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as running:
        yield running


@contextmanager
def servers(rendered: Path, how_many: int = 2, /, **env: str) -> Iterator[list[Site]]:
    """Each with two processes; `rendered` gets a line for each public page that one of them makes."""
    rendered.touch()
    app = "tests.concurrency.counting:application"
    sites = [Site(workers=2, threads=2, app=app, RENDERED=str(rendered), **env) for _ in range(how_many)]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        for site in sites:
            stack.callback(site.end)
        list(pool.map(Site.start, sites))
        yield sites


def address(meet: Meet) -> str:
    return f"/meets/{meet.tenant.slug}/{meet.slug}/"


def ask_all_the_time(sites: list[Site], path: str, over: Event) -> Counter[int]:
    """From eight clients in turn, until it is over: often enough that no second passes without a request at a process."""

    def ask(number: int) -> Counter[int]:
        seen: Counter[int] = Counter()
        while not over.is_set():
            seen[post_all(sites[number % len(sites)].port, [request(path, "")])[0].status] += 1
            over.wait(EVERY)
        return seen

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(ask, range(8)), Counter())


def asked_for(sites: list[Site], path: str, seconds: float) -> Counter[int]:
    over = Event()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_all_the_time, sites, path, over)
        over.wait(seconds)
        over.set()
        return asking.result()


def made(rendered: Path) -> int:
    return len(rendered.read_text().splitlines())


@pytest.mark.whole_machine("how often a page is made in a second is measured")
def test_four_processes_of_two_servers_make_a_page_once_a_second(
    redis: Redis, meet: Meet, race: Race, tmp_path: Path
) -> None:
    counts = {}
    for name, env in {"shared": {"CACHE_URL": redis.url}, "alone": {}}.items():
        with servers(tmp_path / name, **env) as sites:
            began = monotonic()
            assert set(asked_for(sites, address(meet), SECONDS)) == {200}
            counts[name] = made(tmp_path / name) / (monotonic() - began + 1)
    assert counts["shared"] <= 1.2, "made more than once a second"
    assert counts["alone"] > 1.5, "the measure tells no difference"


def test_the_first_of_all_requests_make_a_page_once(redis: Redis, meet: Meet, race: Race, tmp_path: Path) -> None:
    with servers(tmp_path / "made", CACHE_URL=redis.url) as sites:
        for site in sites:  # every process has its connections
            post_all(site.port, [request("/meets/?q=warm", "")] * 20)
        before, began = made(tmp_path / "made"), monotonic()
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda site: post_all(site.port, [request(address(meet), "")] * 10), sites))
        assert {reply.status for replies in both for reply in replies} == {200}
        assert made(tmp_path / "made") - before <= 1 + int(monotonic() - began)
        client.Redis.from_url(redis.url).flushall()
        replies = post_all(sites[0].port, [request("/meets/nittai/none/", "")] * 20)
        assert {reply.status for reply in replies} == {404}, "nobody waits for a page that does not exist"
        assert [key for key in client.Redis.from_url(redis.url).scan_iter() if b"page-" in key] == []


def wait_until_used_again(link: "client.Redis") -> None:
    link.flushall()
    ends = monotonic() + 20
    while not [key for key in link.scan_iter() if b"page-" in key]:
        assert monotonic() < ends, "it is not used again"


def said_to_be_away(sites: list[Site]) -> int:
    """How often, by all processes."""
    logs = [(Path("var") / f"site-{site.port}.log").read_text() for site in sites]
    return sum("shared cache is away" in line for log in logs for line in log.splitlines())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["gone", "silent"])
def test_without_it_every_page_is_answered_and_it_is_used_again(
    redis: Redis, meet: Meet, race: Race, tmp_path: Path, how: signal.Signals
) -> None:
    """With one server: what to do without it is each process's own matter."""
    over, one = Event(), servers(tmp_path / "made", 1, CACHE_URL=redis.url)
    with one as sites, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_all_the_time, sites, address(meet), over)
        assert redis.process is not None
        try:
            over.wait(1.5)
            redis.process.send_signal(how)
            over.wait(3)
            if how is signal.SIGSTOP:
                redis.process.send_signal(signal.SIGCONT)
            else:
                redis.process.wait(timeout=10)
                redis.start()
            wait_until_used_again(client.Redis.from_url(redis.url))
        finally:
            redis.process.send_signal(signal.SIGCONT)
            over.set()
        seen = asking.result()
    assert set(seen) == {200}, seen
    assert 1 <= said_to_be_away(sites) <= 2, "once a minute for each process"


def test_nothing_personal_stands_there(redis: Redis, meet: Meet, race: Race, tmp_path: Path) -> None:
    """Requirement T8: every key and every value, after somebody who is signed in looked at everything and sent a
    sheet."""
    [coach] = coaches(1)
    athlete = coach.athletes[0]
    link = client.Redis.from_url(redis.url)
    words = f"?q={quote(athlete.family_name)}"
    with Site(workers=1, CACHE_URL=redis.url) as site:
        kept = _walk(site, meet, race, coach, words, link)
    pages = {key: gzip.decompress(value) for key, value in kept.items() if b"page-" in key}
    assert pages
    assert {key.split(b":")[-1].split(b"-")[0] for key in kept} == {b"page", b"turn"}
    everything = b"\0".join([*kept, *pages.values()])
    session = coach.cookies.split("=")[1].split(";")[0]
    private = [
        coach.user.email,
        coach.user.name,
        coach.team.name,
        session,
        CSRF,
        PASSWORD,
        "csrfmiddlewaretoken",
        "サインアウト",
    ]
    assert [word for word in private if word.encode() in everything] == []
    keys = b"\0".join(kept)
    assert words.encode() not in keys
    assert athlete.family_name.encode() not in keys, "what somebody searched for is in no key"


def _walk(site: Site, meet: Meet, race: Race, coach: Coach, words: str, link: "client.Redis") -> dict[bytes, bytes]:
    """All that was ever kept: a page stays for seconds."""
    kept: dict[bytes, bytes] = {}
    body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
    [order] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
    for path in (
        "/", "/meets/", f"/meets/{words}", address(meet), enter_address(meet), order.location, "/teams/",
        f"/teams/{coach.team.pk}/athletes/", "/auth/password/change",
    ):  # fmt: skip
        assert post_all(site.port, [request(path, coach.cookies)])[0].status == 200, path
        kept |= {key: link.get(key) or b"" for key in link.scan_iter()}
    return kept


def test_sessions_limits_and_entries_do_not_stand_there(redis: Redis, meet: Meet, race: Race) -> None:
    """Decision: all of that in PostgreSQL, so that there is nothing to lose."""
    [coach] = coaches(1)
    with Site(workers=1, CACHE_URL=redis.url) as site:
        assert post_all(site.port, [request("/teams/", coach.cookies)])[0].status == 200
        client.Redis.from_url(redis.url).flushall()
        redis.stop(signal.SIGKILL)
        body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
        assert post_all(site.port, [request(enter_address(meet), coach.cookies, body)])[0].status == 303
