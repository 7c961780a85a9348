"""A real streaming replica: public pages read it, nobody else does, and nobody misses it when it is away or behind."""

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from entries.meet.models import Meet, Race
from tenants.models import Tenant
from tests.conftest import open_meet, race_of
from tests.rush import Coach, coaches, enter_address, post_all, request, sheet
from tests.services import Pooler, Replica
from tests.site import Site, database_url

OLD, NEW = "男子5000m", "男子5000m 改"


@pytest.fixture(scope="module")
def replica(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Replica]:
    with django_db_blocker.unblock():
        made = Replica()
    with made as running:
        yield running


def questions(replica: Replica) -> str:
    """All that the replica was asked about meets, people and hosts."""
    log = (replica.folder / "log").read_text(errors="replace")
    return "\n".join(line for line in log.splitlines() if "entries_" in line or "tenants_" in line)


def get(site: Site, path: str, cookies: str = "") -> str:
    """A page that is there."""
    [reply] = post_all(site.port, [request(path, cookies)])
    assert reply.status == 200, f"{path}: {reply.status}"
    return reply.body


def until(true: Callable[[], bool], seconds: float = 30) -> float:
    """How long it took to become true."""
    began, pause = monotonic(), Event()
    while not true():
        assert monotonic() < began + seconds, "it did not happen"
        pause.wait(0.02)  # between two looks the other lane has the machine
    return monotonic() - began


def until_read(replica: Replica, site: Site, meet: Meet) -> None:
    """Until the meet's page comes from the replica: a process first looks how far that is."""
    seen = questions(replica)
    until(lambda: OLD in get(site, address(meet)) and questions(replica) != seen)


def address(meet: Meet) -> str:
    return f"/meets/{meet.tenant.slug}/{meet.slug}/"


def order(site: Site, coach: Coach, meet: Meet, race: Race) -> str:
    """Send a sheet of one row; where its receipt is."""
    body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
    [reply] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
    assert reply.status == 303
    return reply.location


def rename(race: Race) -> None:
    race.name = NEW
    race.save()


def test_public_pages_read_the_replica_and_whoever_is_signed_in_the_primary(
    replica: Replica, meet: Meet, race: Race, chuo: Tenant
) -> None:
    [coach] = coaches(1)
    other = open_meet(chuo, "spring")
    race_of(other, "女子10000m", distance_m=10_000, sex="F")
    replica.catch_up()
    with Site(workers=1, threads=1, REPLICA_DATABASE_URL=replica.url) as site:
        until_read(replica, site, meet)
        before = questions(replica)
        receipt = order(site, coach, meet, race)
        assert "data-entry" in get(site, receipt, coach.cookies), "what one has just sent is what one sees"
        for path in (enter_address(meet), "/teams/", f"/teams/{coach.team.pk}/athletes/"):
            get(site, path, coach.cookies)
        assert questions(replica) == before, "a signed-in page asked the replica"
        assert "session" not in before
        for path in ("/", "/meets/"):
            get(site, path)
        assert questions(replica) != before
        assert "女子10000m" not in get(site, address(meet)), "the scope is the same wall on every connection"
        assert "女子10000m" in get(site, address(other))


def test_a_replica_that_falls_behind_is_left_within_seconds_and_taken_again(
    replica: Replica, meet: Meet, race: Race
) -> None:
    replica.catch_up()
    with Site(workers=1, threads=1, REPLICA_DATABASE_URL=replica.url) as site:
        until_read(replica, site, meet)
        replica.say("SELECT pg_wal_replay_pause()")
        try:
            until(lambda: replica.say("SELECT pg_get_wal_replay_pause_state()") == "paused")
            rename(race)
            assert NEW not in get(site, address(meet)), "the page is the replica's"
            until(lambda: NEW in get(site, address(meet)))
            seen = questions(replica)
            get(site, "/meets/")
            assert questions(replica) == seen, "it is left alone while it is behind"
        finally:
            replica.say("SELECT pg_wal_replay_resume()")
        until(lambda: bool(get(site, "/")) and questions(replica) != seen)


END_ALL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"


def test_a_replica_that_stops_is_missed_by_nobody_and_taken_again(replica: Replica, meet: Meet, race: Race) -> None:
    replica.catch_up()
    with Site(workers=1, threads=3, REPLICA_DATABASE_URL=replica.url) as site:
        until_read(replica, site, meet)
        for number in range(5):  # its connections end under the hands of those who use them
            replica.say(END_ALL)
            get(site, f"/meets/?q={number}")
        replica.stop()
        try:
            rename(race)
            until(lambda: NEW in get(site, address(meet)))
            replies = post_all(site.port, [request(path, "") for path in ("/", "/meets/", address(meet))] * 20)
            assert {reply.status for reply in replies} == {200}
        finally:
            replica.start()
        seen = questions(replica)
        until(lambda: bool(get(site, "/")) and questions(replica) != seen)


def test_public_pages_stay_while_the_primary_is_away(replica: Replica, meet: Meet, race: Race) -> None:
    """The way to the primary is a pooler here, because it can be closed."""
    [coach] = coaches(1)
    replica.catch_up()
    with Pooler() as way, Site(workers=1, threads=1, REPLICA_DATABASE_URL=replica.url, **way.env) as site:
        until_read(replica, site, meet)
        way.stop()
        seen = questions(replica)
        until(lambda: OLD in get(site, address(meet)) and questions(replica) != seen)
        [sheet_page] = post_all(site.port, [request(enter_address(meet), coach.cookies)])
        assert sheet_page.status == 503
        way.start()
        until(lambda: post_all(site.port, [request(enter_address(meet), coach.cookies)])[0].status == 200)


def test_nothing_can_be_written_by_way_of_the_replica(replica: Replica, meet: Meet) -> None:
    with psycopg.connect(replica.url) as link, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        link.execute("UPDATE entries_meet SET name = 'x'")
    with Site(workers=1, REPLICA_DATABASE_URL=database_url()) as site:  # somebody wrote the primary's own address
        assert meet.name in get(site, address(meet))
        assert meet.name in get(site, "/meets/")
