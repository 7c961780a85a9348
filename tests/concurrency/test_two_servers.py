"""Two servers that know nothing of each other, each with its processes, memory and worker, on one PostgreSQL."""

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest

from catalog.importing import actions as imports
from catalog.models import MasterProduct
from config.ops.smoke.http import Visitor, read_place
from config.ops.smoke.signin import try_password
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from entries.news.page_cache import FRESH_SECONDS, STALE_SECONDS
from entries.roster.models import Athlete, Team
from tenants.jobs.models import Job
from tenants.models import OutboxMail, User
from tenants.throttle import attempts
from tests.catalog.importing.csvfiles import preview
from tests.concurrency.test_outbox import fill, one_order
from tests.conftest import PASSWORD, race_of
from tests.rush import CSRF, Reply, coaches, cookies, enter_address, post_all, request, sheet
from tests.services import worker
from tests.site import Site
from tests.smtp_sink import SmtpSink

SENT, PLACES = int(os.environ.get("SERVERS_RUSH", "200")), 50
GUESSES, MAILS, ROWS = 60, 100, 2_000
Two = list[Site]


@pytest.fixture(scope="module")
def two(django_db_setup: None) -> Iterator[Two]:
    sites = [Site(workers=2, threads=3) for _ in range(2)]
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Site.start, sites))
        yield sites
    finally:
        for site in sites:
            site.end()


def to_both(sites: Two, requests: list[bytes]) -> list[Reply]:
    """Half of them to each, at the same moment; the answers in the order of the requests."""
    halves = [requests[0::2], requests[1::2]]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda half: post_all(half[0].port, half[1]), zip(sites, halves, strict=True)))
    both = [Reply(0, "", "")] * len(requests)
    both[0::2], both[1::2] = answers
    return both


def at(visitor: Visitor, site: Site) -> Visitor:
    """The same browser, with its cookies, at the other server, as a load balancer would have it."""
    other = Visitor(read_place(site.address), timeout=20)
    other.cookies = visitor.cookies
    return other


def test_a_session_of_one_server_is_good_on_the_other_until_it_ends_on_either(two: Two, baba: User) -> None:
    one = Visitor(read_place(two[0].address), timeout=20)
    assert try_password(one, baba.email, PASSWORD).status == 302
    other = at(one, two[1])
    kept = dict(one.cookies)
    assert [visitor.get("/teams/").status for visitor in (one, other)] == [200, 200]
    assert one.post("/auth/logout", []).status == 302
    for site in two:  # somebody kept the cookie
        replay = Visitor(read_place(site.address), timeout=20)
        replay.cookies = dict(kept)
        assert replay.get("/teams/").status == 302


def test_guesses_at_both_servers_count_together(two: Two, baba: User) -> None:
    """Requirement A1: half of the guesses at each; exactly so many as the limit are evaluated."""
    bodies = [
        urlencode({"csrfmiddlewaretoken": CSRF, "email": baba.email, "password": f"wrong-password-{n}"})
        for n in range(GUESSES)
    ]
    replies = to_both(two, [request("/auth/login", cookies(""), body) for body in bodies])
    limit = attempts.SIGN_IN.pair
    assert Counter(reply.status for reply in replies) == {422: limit, 429: GUESSES - limit}
    right = urlencode({"csrfmiddlewaretoken": CSRF, "email": baba.email, "password": PASSWORD})
    for site in two:
        assert post_all(site.port, [request("/auth/login", cookies(""), right)])[0].status == 429


def test_a_sheet_that_is_sent_again_by_way_of_the_other_server_is_the_same_order(
    two: Two, meet: Meet, race: Race
) -> None:
    [coach] = coaches(1)
    key = secrets.token_hex(16)
    body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")], key)
    replies = to_both(two, [request(enter_address(meet), coach.cookies, body)] * 20)
    replies += to_both(two, [request(enter_address(meet), coach.cookies, body)] * 2)
    assert {(reply.status, reply.location) for reply in replies} == {(303, replies[0].location)}
    assert (Submission.objects.count(), Entry.objects.count()) == (1, 1)
    assert OutboxMail.objects.filter(kind="entry.received").count() == 1


def test_a_rush_over_both_servers_is_one_queue(two: Two, meet: Meet) -> None:
    """Requirement C1."""
    race = race_of(meet, "オープン3000m", distance_m=3000, sex="X", places=PLACES)
    teams = coaches(SENT)
    bodies = [(coach, sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])) for coach in teams]
    replies = to_both(two, [request(enter_address(meet), coach.cookies, body) for coach, body in bodies])
    assert Counter(reply.status for reply in replies) == {303: SENT}
    entries = Entry.objects.filter(race=race)
    assert entries.holding_a_place().count() == PLACES
    waiting: Any = entries.waiting().with_position().order_by("ticket")
    assert list(waiting.values_list("waiting_position", flat=True)) == list(range(1, SENT - PLACES + 1))


def test_two_workers_send_each_mail_and_do_each_job_once(
    meet: Meet, kita: Team, race: Race, baba: User, runners: list[Athlete], now: datetime, aoki: User
) -> None:
    """Requirement C6."""
    fill(one_order(meet, kita, race, baba, runners, now), now, MAILS)
    content = "brand,reference,name\n" + "".join(f"A,{n},靴{n}\n" for n in range(ROWS))
    imports.confirm(preview(meet.tenant, content, aoki), by=aoki)
    with SmtpSink() as sink:
        workers = [worker(sink.url, "--once") for _ in range(2)]
        assert [process.wait(timeout=120) for process in workers] == [0, 0]
    got = Counter(mail.recipients[0] for mail in sink.kept)
    assert got == Counter({f"{n}@example.com": 1 for n in range(MAILS)})
    assert list(Job.objects.values_list("attempts", "failed_at").distinct()) == [(1, None)]
    assert MasterProduct.objects.count() == ROWS


def test_what_one_server_changes_the_other_shows_within_its_seconds(two: Two, meet: Meet, race: Race) -> None:
    """No server tells another; a page is simply never older than its seconds."""
    page = f"/meets/{meet.tenant.slug}/{meet.slug}/"

    def shows(site: Site, name: str) -> bool:
        return name in post_all(site.port, [request(page, "")])[0].body

    def until_all_show(name: str) -> None:
        """Every process of both, ten times in a row."""
        ends = monotonic() + FRESH_SECONDS + STALE_SECONDS + 20
        while not all(shows(site, name) for site in two for _ in range(10)):
            assert monotonic() < ends

    until_all_show(race.name)
    race.name = "男子5000m 改"
    race.save()
    until_all_show(race.name)


def test_rights_that_end_on_one_server_end_on_the_other(two: Two, baba: User) -> None:
    """Requirement T7: nothing about people is kept in a server's memory."""
    one = Visitor(read_place(two[0].address), timeout=20)
    assert try_password(one, baba.email, PASSWORD).status == 302
    assert at(one, two[1]).get("/teams/").status == 200
    baba.is_active = False
    baba.save(update_fields=["is_active"])
    assert [at(one, site).get("/teams/").status for site in two] == [302, 302]
