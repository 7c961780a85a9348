"""Requirement T10: of many clicks on one link at the same moment exactly one works. A real PostgreSQL,
three server processes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from urllib.parse import urlencode

import pytest
from django.db import connection

from entries.roster.models import Team, TeamKind
from entries.roster.registration.actions import Registration, plain
from tenants.models import User
from tenants.refusal import Refused
from tenants.signin import links, rules
from tenants.signin.models import OneTimeLink, Purpose
from tests.rush import CSRF, cookies, post_all, request
from tests.site import Site

CLICKS = 20


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    with Site(workers=3) as running:
        yield running


def test_of_20_redemptions_at_once_one_succeeds(now: datetime) -> None:
    token = links.issue(Purpose.RESET, email="a@example.com", at=now, lifetime=timedelta(hours=1)).token
    start = Barrier(CLICKS)

    def redeem(_: int) -> str:
        try:
            start.wait()
            links.redeem(Purpose.RESET, token, at=now)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "redeemed"

    with ThreadPoolExecutor(CLICKS) as pool:
        assert Counter(pool.map(redeem, range(CLICKS))) == {"redeemed": 1, "link_invalid": CLICKS - 1}


def test_looking_first_and_marking_later_redeems_it_many_times(now: datetime) -> None:
    """What the test above is worth: without the compare-and-set all that looked in time succeed."""
    token = links.issue(Purpose.RESET, email="a@example.com", at=now, lifetime=timedelta(hours=1)).token
    looked = Barrier(CLICKS)

    def redeem(_: int) -> bool:
        try:
            link = links.find(Purpose.RESET, token, at=now)
            looked.wait()
            return OneTimeLink.objects.filter(pk=link.pk).update(used_at=now) == 1
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as pool:
        assert sum(pool.map(redeem, range(CLICKS))) == CLICKS


def test_a_registration_confirmed_20_times_at_once_makes_one_team(site: Site, now: datetime) -> None:
    team = {"kind": TeamKind.CLUB.value, "name": "北クラブ", "name_kana": "", "short_name": "", "prefecture": ""}
    payload = plain(Registration("new@example.com", "馬場", "090", team))
    payload |= {"password": "!", "language": "ja", "terms": "1", "agreed_at": now.isoformat()}
    hour = timedelta(hours=1)
    token = links.issue(Purpose.REGISTER, email="new@example.com", at=now, lifetime=hour, payload=payload).token
    body = urlencode({"csrfmiddlewaretoken": CSRF, "token": token})
    replies = post_all(site.port, [request("/auth/register/confirm", cookies(""), body)] * CLICKS)
    assert Counter(reply.status for reply in replies) == {302: 1, 410: CLICKS - 1}
    assert Team.objects.count() == User.objects.count() == 1


def test_a_sign_in_link_clicked_20_times_at_once_signs_in_once(site: Site, baba: User, now: datetime) -> None:
    fits = {"fits": rules.fingerprint_of(baba)}
    issued = links.issue(
        Purpose.SIGN_IN, email=baba.email, user=baba, at=now, lifetime=timedelta(minutes=15), payload=fits
    )
    replies = post_all(site.port, [request(f"/auth/verify?token={issued.token}", cookies(""))] * CLICKS)
    assert Counter(reply.status for reply in replies) == {302: 1, 410: CLICKS - 1}
