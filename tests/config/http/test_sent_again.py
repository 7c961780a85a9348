"""A form whose token is stale, or whose sender was signed out, comes back to be sent again; no other site gets anything by it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import escape

from config.http import sent, sent_again
from entries.roster.models import Team
from tenants.models import Tenant, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
HERE = {"Origin": "http://testserver", "Referer": "http://testserver/teams/new?from=menu"}
ELSEWHERE: tuple[dict[str, str], ...] = (
    {}, {"Origin": "null"}, {"Origin": "http://testserver.example"}, {"Referer": "http://testserver.example/"},
    {"Origin": "http://elsewhere", "Referer": "http://testserver/"},
)  # fmt: skip
CONTACT = {
    "name_kana": "チン",
    "contact_name": "馬場",
    "contact_email": "baba@example.com",
    "contact_phone": "0312345678",
}
TYPED = {"name": "珍しい<b>陸上部", "short_name": "珍陸", "csrfmiddlewaretoken": "x" * 32}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def browser(user: User | None = None, headers: dict[str, str] | None = None) -> Client:
    """One that checks tokens, on a page of ours."""
    made = Client(enforce_csrf_checks=True, headers={**HERE, **(headers or {})})
    if user is not None:
        made.force_login(user)
    return made


def carried(answer: Any) -> dict[str, str]:
    """The hidden fields of the page's one form."""
    form = answer.content.decode().rpartition("<form")[2]
    return dict(HIDDEN.findall(form))


def test_a_stale_token_brings_the_form_back_with_a_fresh_one(baba: User) -> None:
    coach = browser(baba)
    answer = coach.post("/teams/new?a=1", {**TYPED, "kind": "university"})
    text, fields = answer.content.decode(), carried(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (403, "private, no-store")
    assert fields.pop("csrfmiddlewaretoken") != TYPED["csrfmiddlewaretoken"]
    assert fields == {"name": escape(TYPED["name"]), "short_name": "珍陸", "kind": "university"}
    assert 'action="/teams/new?a=1"' in text
    assert 'href="/teams/new?from=menu"' in text
    for shown in ("まだ受け付けていません", "/teams/new?a=1", "<li>珍しい&lt;b&gt;陸上部</li>", baba.email):
        assert shown in text
    assert not Team.objects.exists()


def test_the_button_sends_it_to_where_it_was_going(baba: User) -> None:
    coach = browser(baba)
    first = coach.post("/teams/new", {"kind": "university", "name": "珍しい陸上部", **CONTACT})
    assert not Team.objects.exists()
    coach.post("/teams/new", carried(first))
    assert Team.objects.get().name == "珍しい陸上部"


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_what_another_site_sends_is_neither_shown_nor_kept(headers: dict[str, str], baba: User) -> None:
    for user in (baba, None):
        made = Client(enforce_csrf_checks=user is not None, headers=headers)
        if user is not None:
            made.force_login(user)
        answer = made.post("/teams/new", TYPED)
        assert "珍陸" not in answer.content.decode()
        assert sent_again.NAME not in made.session
        assert answer.status_code == (302 if user is None else 403)


def test_secrets_tokens_and_files_are_not_carried(baba: User) -> None:
    coach = browser(baba)
    for name in ("token", "client_secret", "x" * 201):
        answer = coach.post("/teams/new", {**TYPED, name: "geheim-9"})
        assert (answer.status_code, carried(answer)) == (403, {})
        assert "geheim-9" not in answer.content.decode()
    file = SimpleUploadedFile("名簿<1>.csv", b"geheim-9")
    text = coach.post("/teams/new", {"sheet": "2", "file": file}).content.decode()
    assert '<input type="file" id="file-1" name="file" required>' in text
    assert "ファイル「名簿&lt;1&gt;.csv」をもう一度選んでください" in text
    assert 'enctype="multipart/form-data"' in text
    assert "geheim-9" not in text


def test_a_registration_comes_back_without_its_password(client: Client) -> None:
    address = "/auth/register?kind=team"
    answer = browser().post(address, {"team_name": "珍しい陸上部", "password": "geheim-9"})
    assert carried(answer)["team_name"] == "珍しい陸上部"
    assert "geheim-9" not in answer.content.decode()
    assert "パスワードは送りません。次の画面でもう一度入力してください。" in answer.content.decode()
    assert carried(browser().post(address, {"password": "geheim-9"})) == {}, "nothing but the password"


def test_what_is_carried_is_bounded(baba: User, monkeypatch: pytest.MonkeyPatch) -> None:
    coach, size = browser(baba), len("name" + "x" * 90)
    monkeypatch.setattr(sent, "MOST_BYTES", size)
    assert carried(coach.post("/teams/new", {"name": "x" * 90}))["name"] == "x" * 90
    assert carried(coach.post("/teams/new", {"name": "x" * 91})) == {}
    monkeypatch.setattr(sent, "MOST_FIELDS", 2)
    assert carried(coach.post("/teams/new", {"name": ["x"] * 2}))["name"] == "x"
    assert carried(coach.post("/teams/new", {"name": ["x"] * 3})) == {}


def test_a_page_shows_so_many_values_and_says_how_many_more(baba: User) -> None:
    body = {
        "note": [f"値{n}" for n in range(150)],
        "ok": "on",
        "_save": "1",
        "rows-TOTAL_FORMS": "3",
        "long": "あ" * 300,
    }
    text = browser(baba).post("/teams/new", body).content.decode()
    assert text.count("<li>値") == sent.SHOWN
    assert "ほかに、選択やチェックなど52項目も送信します。" in text
    assert f"<li>{'あ' * 200}…</li>" in browser(baba).post("/teams/new", {"long": "あ" * 300}).content.decode()


def test_scripts_get_no_page_to_put_into_a_page(baba: User) -> None:
    for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}, {"Accept": "application/json"}):
        assert carried(browser(baba, headers).post("/teams/new", TYPED)) == {}
        assert browser(None, headers).post("/admin/tenants/user/add/", TYPED).status_code == 302


def test_a_signed_out_sender_signs_in_and_comes_back_to_it(baba: User, kita: Team) -> None:
    visitor = Client(headers=HERE)
    asked = visitor.post(f"/teams/{kita.pk}/edit", TYPED)
    assert asked.status_code == 303
    assert 0 < visitor.session.get_expiry_age() <= 3600
    login = visitor.get(asked["Location"])
    assert "入力した内容は1時間預かっています" in login.content.decode()
    back = login.context["next"]
    signed = visitor.post("/auth/login", {"email": baba.email, "password": PASSWORD, "next": back})
    assert signed["Location"] == back
    assert visitor.session.get_expiry_age() > 24 * 3600
    page = visitor.get(back)
    assert (page.status_code, page["Cache-Control"]) == (200, "private, no-store")
    assert carried(page)["short_name"] == "珍陸"
    assert "サインインの有効期限が切れていました" in page.content.decode()
    assert f'action="/teams/{kita.pk}/edit"' in page.content.decode()


def test_once_it_is_taken_it_is_forgotten_and_the_others_stay(baba: User, kita: Team) -> None:
    visitor = Client(headers=HERE)
    back = kept_of(visitor, f"/teams/{kita.pk}/athletes/1/return", TYPED)
    taken = kept_of(visitor, "/teams/new", TYPED)
    visitor.force_login(baba)
    assert visitor.post("/teams/new", TYPED).status_code == 422
    assert visitor.get(taken).status_code == 200, "what is refused stays"
    answer = visitor.post("/teams/new", {"kind": "university", "name": "珍しい陸上部", **CONTACT})
    assert answer.status_code in (302, 303)
    assert [visitor.get(one).status_code for one in (taken, back)] == [404, 200]


def kept_of(visitor: Client, address: str, body: dict[str, Any]) -> str:
    """Send a form without a session; the address where it is kept."""
    answer = visitor.post(address, body)
    assert answer.status_code == 303, address
    return parse_qs(urlsplit(answer["Location"]).query)["next"][0]


def test_what_is_kept_is_for_an_hour_and_for_its_browser(baba: User, chiba: User) -> None:
    visitor = Client(headers=HERE)
    back = kept_of(visitor, "/teams/new", TYPED)
    assert visitor.get(back)["Location"].startswith("/auth/login?")
    other = Client()
    other.force_login(chiba)
    assert other.get(back).status_code == 404
    visitor.force_login(baba)
    session = visitor.session
    session[sent_again.NAME][0]["at"] = (timezone.now() - timedelta(minutes=61)).isoformat()
    session.save()
    assert visitor.get(back).status_code == 404


def test_of_many_the_last_three_are_kept(baba: User) -> None:
    visitor = Client(headers=HERE)
    kept = [kept_of(visitor, f"/teams/{n}/edit", TYPED) for n in range(4)]
    visitor.force_login(baba)
    assert [visitor.get(one).status_code for one in kept] == [404, 200, 200, 200]


def test_what_is_kept_is_bounded_in_bytes_and_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Client(headers=HERE).post("/teams/new", {"name": "x" * (sent_again.MOST_BYTES_KEPT + 1)})
    assert large.status_code == 403
    assert "別のタブでサインインしてから、このページを再読み込みすると" in large.content.decode()
    answers = [Client(headers=HERE).post("/teams/new", TYPED).status_code for _ in range(sent_again.LIMITS.address + 1)]
    assert answers == [303] * sent_again.LIMITS.address + [429]


def test_an_old_sign_in_page_leads_to_a_fresh_one_and_carries_no_password(baba: User) -> None:
    body = {"email": baba.email, "password": PASSWORD, "next": "/teams/new"}
    for user in (None, baba):
        visitor = browser(user)
        answer = visitor.post("/auth/login", body)
        assert answer.status_code == 303
        assert PASSWORD not in answer["Location"]
        page = visitor.get(answer["Location"])
        assert page["Location"] == "/teams/new" if user else page.context["next"] == "/teams/new"
    assert browser(None, {"Origin": "http://elsewhere"}).post("/auth/login", body).status_code == 403


def test_dangerous_actions_of_the_desk_are_pressed_in_place(aoki: User) -> None:
    address = reverse("admin:entries_race_changelist")
    desk = browser(aoki)
    owner: Any = vars(resolve(address).func)["model_admin"]
    danger = [name for name, one in vars(type(owner)).items() if getattr(one, "is_danger", False)]
    assert danger
    for name in danger:
        assert carried(desk.post(address, {"action": name, "confirmed": "1", "why": "雨"})) == {}
    assert carried(desk.post(address, {"action": "other", "why": "雨"}))["why"] == "雨"


def test_the_page_speaks_english(baba: User) -> None:
    text = browser(baba).post("/teams/new?lang=en", {**TYPED, "ok": "on"}).content.decode()
    for said in (
        "Not taken yet",
        "What will be sent",
        "Send the same again",
        "1 more field, such as a choice or a tick, is sent too.",
    ):
        assert said in text


def test_a_strange_page_of_origin_is_no_link(baba: User, nittai: Tenant) -> None:
    for came in ("http://testserver//evil.example/", "http://evil.example/", "javascript:alert(1)"):
        text = browser(baba, {"Referer": came}).post("/teams/new", TYPED).content.decode()
        assert 'href="/teams/new"' in text
        assert "evil" not in text
