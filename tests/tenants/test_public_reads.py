"""Where public pages read, and that they never write: without a replica, as far as that goes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import Client

from entries.meet.models import Meet, Race
from entries.news import queries
from tenants import replica
from tenants.models import Tenant
from tenants.replica import (
    LOOK_SECONDS,
    MOST_DELAY_SECONDS,
    REPLICA,
    REST_SECONDS,
    Watch,
    WriteInPublicRead,
    read_publicly,
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Servers:
    """A primary and a replica, as far as `Watch` sees them; None is away."""

    primary: int | None = 100
    copy: int | None = 100
    follows = True

    def of_primary(self) -> int:
        if self.primary is None:
            raise OperationalError
        return self.primary

    def of_replica(self) -> int | None:
        if self.copy is None:
            raise OperationalError
        return self.copy if self.follows else None


class NoConnection:
    def close(self) -> None:
        pass


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    there = Servers()
    monkeypatch.setattr(replica, "position_of_primary", there.of_primary)
    monkeypatch.setattr(replica, "position_of_replica", there.of_replica)
    monkeypatch.setattr(replica, "connections", {REPLICA: NoConnection()})
    return there


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(servers: Servers, clock: Clock) -> Watch:
    return Watch(clock)


def later(watch: Watch, clock: Clock, seconds: float = LOOK_SECONDS) -> bool:
    clock.now += seconds
    return watch.usable()


def test_a_replica_that_shows_everything_is_read(watch: Watch) -> None:
    assert watch.usable()
    assert watch.delay == 0


def test_a_replica_that_follows_a_busy_primary_is_read_from_the_second_look_on(
    watch: Watch, servers: Servers, clock: Clock
) -> None:
    servers.primary, servers.copy = 200, 150
    assert not watch.usable(), "nothing is known of where the primary was"
    servers.primary, servers.copy = 300, 250
    assert later(watch, clock)
    assert watch.delay == LOOK_SECONDS


def test_a_replica_that_is_cut_off_is_read_for_a_few_seconds_more(watch: Watch, servers: Servers, clock: Clock) -> None:
    """What the replica says of itself stays the same: it shows all that it ever received."""
    assert watch.usable()
    servers.primary = 101
    seen = [later(watch, clock) for _ in range(int(MOST_DELAY_SECONDS) + 2)]
    assert seen == [True] * int(MOST_DELAY_SECONDS) + [False] * 2
    servers.copy = 101
    assert later(watch, clock)


def test_a_quiet_night_is_no_delay(watch: Watch, clock: Clock) -> None:
    assert watch.usable()
    assert later(watch, clock, 8 * 3600)


def test_a_replica_that_is_away_is_left_alone_for_a_while(watch: Watch, servers: Servers, clock: Clock) -> None:
    assert watch.usable()
    servers.copy = None
    assert not later(watch, clock)
    servers.copy = 100
    assert not later(watch, clock, REST_SECONDS / 2)
    assert later(watch, clock, REST_SECONDS)


def test_a_server_that_follows_nobody_is_not_read(watch: Watch, servers: Servers, clock: Clock) -> None:
    """It was promoted, or somebody wrote the primary's own address."""
    servers.follows = False
    assert not watch.usable()
    assert not later(watch, clock)


def test_while_the_primary_is_away_the_replica_serves_what_it_has(watch: Watch, servers: Servers, clock: Clock) -> None:
    assert watch.usable()
    servers.primary = None
    assert [later(watch, clock) for _ in range(20)] == [True] * 20


def test_it_is_looked_at_once_a_second(watch: Watch, servers: Servers, clock: Clock) -> None:
    assert watch.usable()
    servers.copy = None
    assert later(watch, clock, LOOK_SECONDS / 2)
    assert not later(watch, clock, LOOK_SECONDS / 2)


@pytest.fixture
def with_replica(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str | None]:
    """A site that has one which is good; the list tells from where each piece of work read."""
    read_from: list[str | None] = []
    monkeypatch.setitem(settings.DATABASES, REPLICA, {})
    good = Watch()
    monkeypatch.setattr(good, "usable", lambda: True)
    monkeypatch.setattr(good, "failed", lambda error: read_from.append(type(error).__name__))
    monkeypatch.setattr(replica, "WATCH", good)
    return read_from


def fails_on_the_replica(error: type[Exception], read_from: list[str | None]) -> Callable[[], str]:
    def work() -> str:
        read_from.append(replica.PublicReads().db_for_read(Race))
        if read_from[-1] == REPLICA:
            raise error
        return "done"

    return work


@pytest.mark.parametrize("error", [OperationalError, ProgrammingError])
def test_what_the_replica_cannot_answer_is_asked_of_the_primary(
    with_replica: list[str | None], error: type[Exception]
) -> None:
    """ProgrammingError: a column of the newest migration that has not come yet."""
    assert read_publicly(fails_on_the_replica(error, with_replica)) == "done"
    assert with_replica == [REPLICA, error.__name__, "default"]


def test_what_is_wrong_with_the_work_itself_is_not_done_twice(with_replica: list[str | None]) -> None:
    with pytest.raises(ValueError):
        read_publicly(fails_on_the_replica(ValueError, with_replica))
    assert with_replica == [REPLICA]


def test_outside_of_public_pages_nothing_is_routed() -> None:
    router = replica.PublicReads()
    assert (router.db_for_read(Race), router.db_for_write(Race)) == (None, None)
    assert (router.allow_migrate(REPLICA, "entries"), router.allow_migrate("default", "entries")) == (False, None)


def test_a_public_page_that_writes_or_locks_is_a_fault(meet: Meet, nittai: Tenant, in_nittai: None) -> None:
    for work in (
        lambda: meet.save(),
        lambda: Meet.objects.filter(pk=meet.pk).update(name="x"),
        lambda: Tenant.objects.create(slug="x", name="x"),
        lambda: list(Meet.objects.select_for_update().filter(pk=meet.pk)),
    ):
        with pytest.raises(WriteInPublicRead):
            read_publicly(work)
    meet.save()


def test_the_wall_stands_around_a_public_page(client: Client, meet: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "notices_of", lambda row: row.save())
    with pytest.raises(WriteInPublicRead):
        client.get(f"/meets/{meet.tenant.slug}/{meet.slug}/")
