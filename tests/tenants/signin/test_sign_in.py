"""Signing in and out."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from config.settings import PASSWORD_HASHERS as REAL_HASHERS
from tenants.models import User, normal_email
from tenants.signin.models import Session
from tests.conftest import PASSWORD

LOGIN = "/auth/login"


def sign_in(client: Client, user: User | str, password: str = PASSWORD, **more: str) -> Any:
    email = user if isinstance(user, str) else user.email
    return client.post(LOGIN, {"email": email, "password": password, **more})


def signed_in_as(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


@pytest.mark.parametrize(("who", "home"), [
    ("baba", "/teams/"), ("endo", "/staff/search"), ("aoki", "/admin/"), ("admin", "/admin/"),
])  # fmt: skip
def test_each_role_starts_at_its_home(client: Client, request: pytest.FixtureRequest, who: str, home: str) -> None:
    user = request.getfixturevalue(who)
    answer = sign_in(client, user)
    assert (answer.status_code, answer["Location"]) == (302, home)
    assert signed_in_as(client) == user.pk


@pytest.mark.parametrize(
    "typed",
    [
        "  BABA@Example.com ",
        "baba\u200b@example.com",
        "\ufeffbaba@example.com",
        "ｂａｂａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "baba@example.com\u3000",
    ],
)
def test_the_address_may_be_typed_in_any_form(client: Client, baba: User, typed: str) -> None:
    assert sign_in(client, typed).status_code == 302


@pytest.mark.parametrize("typed", ["a@例え.jp", "A@xn--r8jz45g.jp", "a@XN--R8JZ45G.JP", "ａ＠例え．ｊｐ"])
def test_a_domain_and_what_stands_for_it_are_one_account(client: Client, make_user: Any, typed: str) -> None:
    user = make_user("a@xn--r8jz45g.jp")
    assert user.email == "a@例え.jp"
    assert sign_in(client, typed).status_code == 302


def test_what_stands_for_no_domain_stays_as_it_is() -> None:
    assert normal_email("a@xn--\x7f.jp") == "a@xn--\x7f.jp"
    assert normal_email("a@xn--999999999.jp") == "a@xn--999999999.jp"


def test_a_hash_of_before_is_renewed_when_its_owner_signs_in(client: Client, baba: User, settings: Any) -> None:
    """Django's own parameters were used until then; the new ones are read back from what is stored."""
    settings.PASSWORD_HASHERS = REAL_HASHERS
    User.objects.filter(pk=baba.pk).update(password=Argon2PasswordHasher().encode(PASSWORD, "salt" * 4))
    assert sign_in(client, baba, "wrong-password").status_code == 422
    assert User.objects.get(pk=baba.pk).password.split("$")[3] == "m=102400,t=2,p=8"
    assert sign_in(client, baba).status_code == 302
    assert User.objects.get(pk=baba.pk).password.split("$")[1:4] == ["argon2id", "v=19", "m=19456,t=2,p=1"]
    assert sign_in(Client(), baba).status_code == 302


def same(page: str) -> str:
    """A page without what differs in every answer."""
    return re.sub(r'(csrfmiddlewaretoken" value=|<code>)"?\w+', "", page)


def test_unknown_inactive_and_wrong_get_the_same_answer(client: Client, baba: User, chiba: User) -> None:
    chiba.is_active = False
    chiba.save()
    no_password = User.objects.create_user("nopass@example.com", None, name="x")
    answers = [
        sign_in(Client(), baba, "wrong-password"),
        sign_in(Client(), "nobody@example.com", "wrong-password"),
        sign_in(Client(), chiba),
        sign_in(Client(), no_password),
    ]
    assert {answer.status_code for answer in answers} == {422}
    emails = [baba.email, "nobody@example.com", chiba.email, no_password.email]
    pages = {same(a.content.decode()).replace(e, "") for a, e in zip(answers, emails, strict=True)}
    assert len(pages) == 1
    assert "メールアドレスまたはパスワードが正しくありません。" in pages.pop()
    assert {tuple(sorted(answer.cookies)) for answer in answers} == {("nitsys_csrf",)}


def test_what_was_typed_stays_but_never_the_password(client: Client, baba: User) -> None:
    page = sign_in(client, baba, "wrong-password", next="/meets/nittai/ld326/enter").content.decode()
    assert 'value="baba@example.com"' in page
    assert 'value="/meets/nittai/ld326/enter"' in page
    assert "wrong-password" not in page


def test_the_session_gets_a_new_id_at_sign_in(client: Client, baba: User) -> None:
    session = client.session
    session["seen"] = 1
    session.save()
    assert session.session_key is not None
    client.cookies["nitsys_session"] = session.session_key
    sign_in(client, baba)
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_sign_out_ends_the_session_on_the_server(client: Client, baba: User) -> None:
    sign_in(client, baba)
    key = client.session.session_key
    answer = client.post("/auth/logout")
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    assert key is not None
    thief.cookies["nitsys_session"] = key
    assert thief.get("/auth/account").status_code == 302


def test_sign_out_is_a_post(client: Client, baba: User) -> None:
    client.force_login(baba)
    assert client.get("/auth/logout").status_code == 405
    assert signed_in_as(client) == baba.pk


def test_a_deactivated_account_is_out_on_the_next_request(client: Client, baba: User) -> None:
    sign_in(client, baba)
    assert client.get("/auth/account").status_code == 200
    baba.is_active = False
    baba.save()
    assert client.get("/auth/account").status_code == 302


def test_a_temporary_password_is_changed_before_anything_else(client: Client, aoki: User) -> None:
    aoki.must_change_password = True
    aoki.save()
    assert sign_in(client, aoki, next="/admin/")["Location"] == "/auth/password/change"
    for path in ("/admin/", "/auth/account"):
        assert client.get(path)["Location"] == "/auth/password/change"
    assert client.get("/auth/password/change").status_code == 200


def test_who_is_signed_in_goes_on_at_once(client: Client, baba: User) -> None:
    client.force_login(baba)
    assert client.get(LOGIN, {"next": "/auth/account"})["Location"] == "/auth/account"
    assert client.get(LOGIN)["Location"] == "/teams/"


def test_pages_of_sign_in_are_kept_by_nobody(client: Client, db: None) -> None:
    for path in (LOGIN, "/auth/password/reset", "/auth/request"):
        assert client.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("password", ["x" * 1_000_000, "nul\x00nul", ""], ids=["1 MB", "NUL", "empty"])
def test_a_password_that_cannot_be_one_never_reaches_the_hash(
    client: Client, baba: User, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.signin.actions.authenticate", lambda *a, **k: pytest.fail("evaluated"))
    assert sign_in(client, baba, password).status_code == 422


@pytest.mark.parametrize(
    "email", ["a\x00b@example.com", "x" * 5000, "", "𠮷", "a@" + "b" * 300 + ".jp", "%00", "' OR 1=1"]
)
def test_any_text_as_an_address_gets_a_clear_answer(client: Client, db: None, email: str) -> None:
    assert sign_in(client, email).status_code == 422


def test_signing_in_costs_a_fixed_number_of_queries(
    client: Client, baba: User, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        sign_in(client, baba)


@pytest.mark.parametrize("closed", ["/staff/search", "/staff/search?brand=X", "/admin/", "/admin/entries/meet/"])
def test_who_may_not_open_what_was_asked_for_goes_home_and_is_told(client: Client, baba: User, closed: str) -> None:
    answer = sign_in(client, baba, next=closed)
    assert answer["Location"] == "/teams/"
    assert "開こうとしたページを使えません" in client.get("/teams/").content.decode()


def test_who_may_open_it_is_led_there(client: Client, aoki: User, endo: User) -> None:
    assert sign_in(client, endo, next="/staff/search?brand=X")["Location"] == "/staff/search?brand=X"
    assert sign_in(Client(), endo, next="/admin/")["Location"] == "/staff/search"
    assert sign_in(Client(), aoki, next="/admin/entries/meet/")["Location"] == "/admin/entries/meet/"
