"""How often one may try to sign in (requirements A1 to A3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from tenants.models import User
from tenants.throttle import attempts as throttle
from tenants.throttle.client import client_ip, network_of
from tenants.throttle.models import Throttle
from tests.conftest import PASSWORD

LIMITS = throttle.Limits(pair=3, address=6, account=9)


def from_address(address: str = "192.0.2.1", **meta: Any) -> HttpRequest:
    return RequestFactory().post("/auth/login", REMOTE_ADDR=address, **meta)


def attempts(how_many: int, at: datetime, *, account: str = "baba@example.com", address: str = "192.0.2.1") -> int:
    """How many of so many attempts may be evaluated."""
    passed = 0
    for _ in range(how_many):
        try:
            throttle.count(from_address(address), what="t", account=account, limits=LIMITS, at=at)
        except throttle.TooMany:
            continue
        passed += 1
    return passed


def test_one_account_from_one_address_has_few_attempts(db: None, now: datetime) -> None:
    assert attempts(20, now) == LIMITS.pair


def test_the_owner_gets_in_from_another_address(db: None, now: datetime) -> None:
    attempts(1000, now)
    assert attempts(1, now, address="198.51.100.7") == 1


def test_one_address_has_a_limit_over_all_accounts(db: None, now: datetime) -> None:
    assert sum(attempts(1, now, account=f"a{n}@example.com") for n in range(20)) == LIMITS.address


def test_one_account_has_a_limit_over_all_addresses(db: None, now: datetime) -> None:
    assert sum(attempts(3, now, address=f"192.0.2.{n}") for n in range(20)) == LIMITS.account


def test_an_empty_name_locks_nobody(db: None, now: datetime) -> None:
    attempts(5, now, account=" ")
    assert attempts(1, now, account="", address="198.51.100.7") == 1
    assert not Throttle.objects.filter(key__contains=":account:").exists()


def test_the_case_of_an_address_is_no_way_around(db: None, now: datetime) -> None:
    assert attempts(3, now) == 3
    assert attempts(3, now, account=" BABA@Example.COM ") == 0


def test_the_window_ends_after_15_minutes_whatever_happens_in_it(db: None, now: datetime) -> None:
    attempts(10, now)
    assert attempts(10, now + timedelta(minutes=14, seconds=59)) == 0
    assert attempts(10, now + timedelta(minutes=15)) == LIMITS.pair
    assert timedelta(minutes=15) >= throttle.WINDOW


def test_too_many_says_how_long_to_wait(db: None, now: datetime) -> None:
    attempts(3, now)
    with pytest.raises(throttle.TooMany) as refused:
        throttle.count(
            from_address(), what="t", account="baba@example.com", limits=LIMITS, at=now + timedelta(minutes=5)
        )
    assert refused.value.seconds == 600


def test_what_succeeded_was_no_guess(db: None, now: datetime) -> None:
    for _ in range(20):
        attempt = throttle.count(from_address(), what="t", account="baba@example.com", limits=LIMITS, at=now)
        throttle.take_back(attempt)
    assert attempts(20, now) == LIMITS.pair


def test_a_success_that_is_said_twice_gives_no_more(db: None, now: datetime) -> None:
    attempt = throttle.count(from_address(), what="t", account="baba@example.com", limits=LIMITS, at=now)
    throttle.take_back(attempt)
    throttle.take_back(attempt)
    assert attempts(20, now) == LIMITS.pair


def test_a_success_takes_nothing_from_a_later_window(db: None, now: datetime) -> None:
    attempt = throttle.count(from_address(), what="t", account="baba@example.com", limits=LIMITS, at=now)
    later = now + timedelta(minutes=16)
    attempts(3, later)
    throttle.take_back(attempt)
    assert attempts(1, later) == 0


def test_the_table_names_neither_people_nor_addresses(db: None, now: datetime) -> None:
    attempts(1, now)
    keys = " ".join(Throttle.objects.values_list("key", flat=True))
    assert "baba" not in keys
    assert "192.0.2" not in keys


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 104.22.17.40", "203.0.113.9"),
        (2, "203.0.113.9, 104.22.17.40", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "6.6.6.6, \x00", "192.0.2.1"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2:3::4"),
    ],
)
def test_only_the_trusted_hop_names_the_client(settings: Any, proxies: int, header: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_ip(from_address(HTTP_X_FORWARDED_FOR=header)) == expected


def test_one_ipv6_customer_is_one_client() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"


def wrong(client: Client, email: str, **meta: Any) -> int:
    return client.post("/auth/login", {"email": email, "password": "wrong-password"}, **meta).status_code


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_forged_headers_do_not_move_the_limit(client: Client, baba: User, settings: Any, proxies: int) -> None:
    settings.TRUSTED_PROXIES = proxies
    answers = []
    for n in range(100):
        forged = f"10.0.{n}.1, 203.0.113.9, 104.22.17.40" if proxies == 2 else f"10.0.{n}.1, 203.0.113.9"
        answers.append(wrong(client, baba.email, HTTP_X_FORWARDED_FOR=forged, HTTP_X_REAL_IP=f"10.1.{n}.1",
                             HTTP_FORWARDED=f"for=10.2.{n}.1"))  # fmt: skip
    assert answers == [422] * throttle.SIGN_IN.pair + [429] * (100 - throttle.SIGN_IN.pair)


def test_the_page_says_how_long_to_wait_and_the_right_password_waits_too(client: Client, baba: User) -> None:
    for _ in range(throttle.SIGN_IN.pair):
        wrong(client, baba.email)
    answer = client.post("/auth/login", {"email": baba.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "試行回数が上限に達しました" in answer.content.decode()
    elsewhere = client.post("/auth/login", {"email": baba.email, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302


def test_the_limit_covers_the_admin(client: Client, aoki: User) -> None:
    """The admin has no sign-in of its own: its door leads to the one that counts."""
    assert client.get("/admin/login/")["Location"].startswith("/auth/login?next=")
    answer = client.post("/admin/login/", {"username": aoki.email, "password": PASSWORD})
    assert answer["Location"].startswith("/auth/login?next=")
    assert "_auth_user_id" not in client.session


def test_the_limit_covers_the_old_password_when_changing_it(client: Client, baba: User) -> None:
    client.force_login(baba)
    form = {"current": "wrong-password", "password": "Another-Horse-12", "again": "Another-Horse-12"}
    answers = [client.post("/auth/password/change", form).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2


def test_nobody_fills_a_mailbox_through_us(client: Client, db: None) -> None:
    answers = [client.post("/auth/password/reset", {"email": "nobody@example.com"}).status_code for _ in range(8)]
    assert answers == [200] * 5 + [429] * 3
