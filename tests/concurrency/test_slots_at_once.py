"""Expensive reads over real sockets: the third of one user at once is told to wait, whoever else asks is served."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from entries.meet.models import Meet, Race
from entries.roster.models import Team
from tenants.models import User
from tenants.throttle.models import Throttle
from tenants.throttle.slots import slot
from tests.conftest import athletes_of
from tests.rush import Reply, cookies, enter_address, post_all, request, session_of
from tests.site import Site
from tests.waiting import until_somebody_waits

LARGE = 201
TOLD = "同時に2つまで開けます"


@pytest.fixture
def site(kita: Team, minami: Team) -> Iterator[Site]:
    """Two processes, so that what one user has under way is known to both."""
    athletes_of(kita, LARGE)
    athletes_of(minami, LARGE)
    with Site() as running:
        yield running


def asks(user: User, *paths: str) -> list[bytes]:
    session = cookies(session_of(user))
    return [request(path, session) for path in paths]


@contextmanager
def athletes_unreadable() -> Iterator[None]:
    """Whoever reads an athlete waits until the block ends."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE entries_athlete IN ACCESS EXCLUSIVE MODE")
        yield


def test_the_third_file_at_once_is_refused_and_another_user_is_served(
    site: Site, baba: User, chiba: User, kita: Team, minami: Team
) -> None:
    mine, theirs = f"/teams/{kita.pk}/athletes/export", f"/teams/{minami.pk}/athletes/export"
    two, other = asks(baba, f"{mine}.csv", f"{mine}.xlsx"), asks(chiba, f"{theirs}.csv")
    with ThreadPoolExecutor() as pool, athletes_unreadable():
        under_way = [pool.submit(post_all, site.port, two)]
        until_somebody_waits(2)
        third = post_all(site.port, two)
        under_way.append(pool.submit(post_all, site.port, other))
        until_somebody_waits(3)
    assert [(reply.status, TOLD in reply.body) for reply in third] == [(429, True)] * 2
    assert statuses([reply for answers in under_way for reply in answers.result()]) == [200] * 3
    assert statuses(post_all(site.port, two[:1])) == [200]
    assert not Throttle.objects.filter(key__startswith="slot:").exists()


def statuses(replies: Sequence[Reply]) -> list[int]:
    return [reply.status for reply in replies]


def test_every_expensive_read_asks_for_a_slot(
    site: Site, baba: User, chiba: User, aoki: User, kita: Team, minami: Team, meet: Meet, race: Race
) -> None:
    sheet, desk = enter_address(meet), f"/admin/entries/entry/export?meet={meet.pk}"
    mine = [
        sheet,
        f"{sheet}/upload/template.xlsx",
        *(f"/teams/{kita.pk}/athletes/export.{kind}" for kind in ("csv", "xlsx")),
    ]
    hosts = [desk, f"{desk}&format=xlsx"]
    asked = [*asks(baba, *mine), *asks(aoki, *hosts)]
    with slot(baba.pk), slot(baba.pk), slot(aoki.pk), slot(aoki.pk):
        assert [(reply.status, TOLD in reply.body) for reply in post_all(site.port, asked)] == [(429, True)] * 6
        others = asks(chiba, sheet, f"/teams/{minami.pk}/athletes/export.csv")
        assert statuses(post_all(site.port, others)) == [200] * 2
        cheap = asks(baba, "/teams/", f"/teams/{kita.pk}/athletes/", "/auth/account")
        assert statuses(post_all(site.port, cheap)) == [200] * 3
    assert [statuses(post_all(site.port, [one])) for one in asked] == [[200]] * 6
