"""Signing in by a mailed link, and setting a new password by one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import User
from tenants.outbox.models import OutboxMail
from tenants.signin.models import OneTimeLink
from tests.conftest import PASSWORD
from tests.tenants.signin.test_sign_in import same, sign_in, signed_in_as

NEW = "Another-Horse-12"
Post = Callable[[], Any]


def mailed_address(post: Post) -> str:
    """The path and query of the link in the only mail."""
    [(_, letter)] = post()
    [address] = re.findall(r"http://127\.0\.0\.1:8000(/\S+token=\S+)", letter.body)
    return address


def ask(client: Client, path: str, email: str, **meta: Any) -> Any:
    return client.post(path, {"email": email}, **meta)


def test_a_mailed_link_signs_in_once(client: Client, baba: User, post: Post) -> None:
    ask(client, "/auth/request", "BABA@example.com")
    address = mailed_address(post)
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, "/teams/")
    assert signed_in_as(client) == baba.pk
    again = Client()
    assert again.get(address).status_code == 410
    assert signed_in_as(again) is None


def test_a_scanner_that_asks_for_the_head_uses_nothing_up(client: Client, baba: User, post: Post) -> None:
    ask(client, "/auth/request", baba.email)
    address = mailed_address(post)
    assert client.head(address).status_code == 200
    assert signed_in_as(client) is None
    assert client.get(address).status_code == 302


def test_a_link_is_over_after_15_minutes(client: Client, baba: User, post: Post, shift: Any) -> None:
    ask(client, "/auth/request", baba.email)
    address = mailed_address(post)
    shift(minutes=15)
    assert client.get(address).status_code == 410


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"email": "other@example.com"},
        {"password": "md5$x$y"},
    ],
)
@pytest.mark.parametrize("path", ["/auth/request", "/auth/password/reset"])
def test_a_link_dies_with_what_it_was_made_for(
    client: Client, baba: User, post: Post, path: str, change: dict[str, Any]
) -> None:
    ask(client, path, baba.email)
    address = mailed_address(post)
    User.objects.filter(pk=baba.pk).update(**change)
    assert client.get(address).status_code == 410
    assert signed_in_as(client) is None


@pytest.mark.parametrize("path", ["/auth/request", "/auth/password/reset"])
def test_the_answer_does_not_tell_who_has_an_account(
    client: Client, baba: User, chiba: User, post: Post, path: str, django_assert_num_queries: Any
) -> None:
    chiba.is_active = False
    chiba.save()
    pages, costs = set(), set()
    for email in (baba.email, chiba.email, "nobody@example.com"):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            answer = ask(Client(), path, email)
        pages.add((answer.status_code, same(answer.content.decode()).replace(email, "")))
        costs.add(len(queries))
    assert len(pages) == 1
    assert len(costs) == 1
    assert [letter is not None for _, letter in post()] == [True, False, False]


def test_the_link_is_shown_only_where_it_was_asked_for(client: Client, baba: User, settings: Any) -> None:
    settings.DEBUG_AUTH_LINKS = False
    assert "token=" not in ask(client, "/auth/request", baba.email).content.decode()
    settings.DEBUG_AUTH_LINKS = True
    assert "/auth/verify?token=" in ask(client, "/auth/request", baba.email).content.decode()
    settings.APP_ENV = "staging"
    assert "token=" not in ask(client, "/auth/password/reset", baba.email).content.decode()


@pytest.mark.parametrize("path", ["/auth/request", "/auth/verify", "/auth/verify?token=x"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_outside_dev_there_are_no_login_links(client: Client, db: None, settings: Any, path: str, method: str) -> None:
    settings.APP_ENV = "prod"
    answer = getattr(client, method)(path)
    assert answer.status_code == 404
    if method == "get":
        assert '<meta http-equiv="refresh" content="5; url=/auth/login">' in answer.content.decode()


@pytest.mark.parametrize("header", [
    {"HTTP_HOST": "evil.example"}, {"HTTP_HOST": "evil.example:80"}, {"HTTP_HOST": "127.0.0.1@evil.example"},
    {"HTTP_HOST": "evil.example#127.0.0.1"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}, {"HTTP_X_HOST": "evil.example"},
    {"HTTP_FORWARDED": "host=evil.example"}, {"HTTP_X_FORWARDED_SERVER": "evil.example"},
    {"HTTP_X_ORIGINAL_URL": "http://evil.example/"}, {"HTTP_X_REWRITE_URL": "http://evil.example/"},
    {"HTTP_X_FORWARDED_PREFIX": "//evil.example"}, {"HTTP_REFERER": "http://evil.example/"},
])  # fmt: skip
def test_no_header_puts_another_host_into_a_mail(baba: User, post: Post, header: dict[str, str]) -> None:
    answer = ask(Client(), "/auth/password/reset", baba.email, **header)
    assert answer.status_code in (200, 400)
    assert all("evil" not in letter.body for _, letter in post())


def reset(client: Client, address: str, password: str = NEW, again: str = "") -> Any:
    path, token = address.split("?token=")
    return client.post(path, {"token": token, "password": password, "again": again or password})


def test_a_reset_sets_the_password_and_ends_every_session(client: Client, baba: User, post: Post) -> None:
    other = Client()
    sign_in(other, baba)
    ask(client, "/auth/password/reset", baba.email)
    address = mailed_address(post)
    assert client.get(address).status_code == 200
    assert reset(client, address).status_code == 302
    assert other.get("/auth/account").status_code == 302
    assert signed_in_as(client) is None
    assert sign_in(Client(), baba).status_code == 422
    assert sign_in(Client(), baba, NEW).status_code == 302
    assert OutboxMail.objects.filter(kind="auth.password_changed").count() == 1


def test_opening_the_page_of_a_reset_uses_nothing_up(client: Client, baba: User, post: Post) -> None:
    ask(client, "/auth/password/reset", baba.email)
    address = mailed_address(post)
    for _ in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert OneTimeLink.objects.get().used_at is None


def test_a_reset_works_once_and_kills_its_sisters(client: Client, baba: User, post: Post) -> None:
    ask(client, "/auth/password/reset", baba.email)
    address = mailed_address(post)
    OutboxMail.objects.all().delete()
    ask(client, "/auth/password/reset", baba.email)
    sister = mailed_address(post)
    assert reset(client, address).status_code == 302
    assert reset(client, address, "Third-Horse-1234").status_code == 410
    assert reset(client, sister, "Third-Horse-1234").status_code == 410
    assert sign_in(Client(), baba, NEW).status_code == 302


@pytest.mark.parametrize(("password", "again"), [
    ("short", ""), ("123456789012", ""), ("password1234", ""), ("baba@example.com", ""), (NEW, NEW + "x"),
    ("x" * 1_000_000, ""), ("Nul\x00-Horse-12", ""),
])  # fmt: skip
def test_a_weak_password_is_refused_and_the_link_lives_on(
    client: Client, baba: User, post: Post, password: str, again: str
) -> None:
    ask(client, "/auth/password/reset", baba.email)
    address = mailed_address(post)
    assert reset(client, address, password, again).status_code == 422
    assert OneTimeLink.objects.get().used_at is None
    assert reset(client, address).status_code == 302


def test_a_reset_ends_the_need_to_change_a_temporary_password(client: Client, aoki: User, post: Post) -> None:
    aoki.must_change_password = True
    aoki.save()
    ask(client, "/auth/password/reset", aoki.email)
    reset(client, mailed_address(post))
    assert sign_in(client, aoki, NEW)["Location"] == "/admin/"


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(client: Client, baba: User) -> None:
    other = Client()
    sign_in(client, baba)
    sign_in(other, baba)
    before = client.session.session_key
    form = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/auth/password/change", form).status_code == 302
    assert client.get("/auth/account").status_code == 200
    assert client.session.session_key != before
    assert other.get("/auth/account").status_code == 302


def test_the_old_password_is_not_kept_as_the_new_one(client: Client, baba: User) -> None:
    sign_in(client, baba)
    form = {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    assert client.post("/auth/password/change", form).status_code == 422


def test_people_change_their_name_phone_and_language_and_nothing_else(client: Client, baba: User) -> None:
    client.force_login(baba)
    form = {"name": "馬場 𠮷子", "phone": "090-1234-5678", "language": "en"}
    extra = {"email": "x@example.com", "role": "platform_admin", "is_active": "", "tenant": "1", "staff_seat": "1"}
    answer = client.post("/auth/account", form | extra)
    assert answer["Location"] == "/auth/account?lang=en"
    baba.refresh_from_db()
    assert (baba.name, baba.phone, baba.language) == ("馬場 𠮷子", "090-1234-5678", "en")
    assert (baba.email, baba.role, baba.is_active, baba.tenant_id) == ("baba@example.com", "", True, None)
