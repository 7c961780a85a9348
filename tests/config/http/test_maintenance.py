"""The closed site (contract 6, requirement M7)."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client

from config.http import maintenance as module
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete
from tenants.models import Switch, User
from tenants.scope import across_tenants
from tenants.switches import actions, queries
from tenants.switches.models import Function
from tests.closed_site import SHEET, close
from tests.conftest import PASSWORD
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
EVERYBODY = [
    "/", "/meets/", "/meets/nittai/ld326/", SHEET, "/teams/", "/auth/register", "/admin/", "/staff/search", "/nowhere",
]  # fmt: skip


def rows(athlete: Athlete, race: Race, key: str = "key-1") -> dict[str, Any]:
    return {
        "submission_key": key,
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 0,
        "rows-0-athlete": athlete.pk,
        "rows-0-race": race.pk,
        "rows-0-seed_time": "14:30.00",
    }


@pytest.mark.parametrize("who", ["anonymous", "baba", "aoki", "endo"])
def test_everyone_but_the_platform_admin_gets_the_page(
    meet: Meet, who: str, baba: User, aoki: User, endo: User
) -> None:
    close(message="サーバーを入れ替えています。")
    client = client_of({"anonymous": None, "baba": baba, "aoki": aoki, "endo": endo}[who])
    for address in EVERYBODY:
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            assert (answer.status_code, answer["Retry-After"]) == (503, "300"), (method, address)
            assert answer["Cache-Control"] == "private, no-store"
            assert len(answer["X-Request-ID"]) == 12
    page = client.get("/").content.decode()
    assert "サーバーを入れ替えています。" in page
    assert "メンテナンス中です" in page
    assert client.get("/")["X-Request-ID"] not in page  # each page has its own
    shown = client.get("/")
    assert shown["X-Request-ID"] in shown.content.decode()


def test_the_page_costs_no_query_and_no_session(django_assert_num_queries: Any) -> None:
    close()
    client = Client()
    client.get("/")
    with django_assert_num_queries(0):
        answer = client.get("/")
    assert answer.status_code == 503
    assert not answer.cookies


def test_it_speaks_english_to_those_who_asked_for_it() -> None:
    close()
    assert b'<html lang="en">' in Client().get("/?lang=en").content


def test_machines_that_watch_are_let_through() -> None:
    close()
    assert (Client().get("/healthz").status_code, Client().get("/readyz").status_code) == (200, 200)
    assert Client().get("/metrics").status_code != 503


def test_the_page_says_until_when(now: datetime) -> None:
    close(back_at=now + timedelta(minutes=20))
    answer = Client().get("/")
    assert 1190 <= int(answer["Retry-After"]) <= 1200
    assert "再開予定" in answer.content.decode()


def test_a_time_that_has_passed_is_no_longer_promised(now: datetime) -> None:
    close(back_at=now + timedelta(minutes=20))
    Switch.objects.update(back_at=now - timedelta(minutes=1))
    queries.WATCH.forget()
    answer = Client().get("/")
    assert answer["Retry-After"] == "300"
    assert "再開予定" not in answer.content.decode()


def test_the_platform_admin_goes_on_and_sees_the_bar_on_every_page(meet: Meet, admin: User) -> None:
    close(message="入れ替え中")
    client = client_of(admin)
    for address in ("/", "/meets/", "/meets/nittai/ld326/", "/admin/", "/auth/account", "/admin/entries/meet/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "メンテナンス中です。開けるのはプラットフォーム管理者だけです。" in answer.content.decode(), address
        assert answer["Cache-Control"] == "private, no-store", address


def test_the_bar_stays_on_no_public_page_once_it_is_over(admin: User) -> None:
    before = Client().get("/").content
    close()
    assert "メンテナンス中です" in client_of(admin).get("/").content.decode()
    actions.resume(Function.MAINTENANCE, by=None)
    assert Client().get("/").content == before


def test_the_platform_admin_can_sign_in_and_others_who_do_get_the_page(admin: User, baba: User) -> None:
    close()
    client = client_of(None)
    assert "開けるのはプラットフォーム管理者だけです" in client.get("/auth/login").content.decode()
    assert client.post("/auth/login", {"email": admin.email, "password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 200
    other = client_of(None)
    answer = other.post("/auth/login", {"email": baba.email, "password": PASSWORD}, follow=True)
    assert answer.status_code == 503
    assert other.post("/auth/logout").status_code == 302


def test_a_deactivated_platform_admin_is_nobody(admin: User) -> None:
    client = client_of(admin)
    close()
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 503


def test_the_page_stays_up_while_the_database_is_away(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    close(message="リストア中")
    client = client_of(admin)
    client.get("/")
    monkeypatch.setattr(queries, "EVERY_SECONDS", 0.0)

    def gone(*args: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(queries, "connection", SimpleNamespace(in_atomic_block=False))
    with connection.execute_wrapper(gone):
        for visitor in (client, Client()):
            answer = visitor.get("/")
            assert answer.status_code == 503
            assert "リストア中" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/staff/references?brand=X", {}),
        ("/api/v1/meets", {}),
        ("/meets/nittai/ld326/shoes?q=x", {"Accept": "application/json"}),
    ],
)
def test_programs_are_answered_in_json(address: str, headers: dict[str, str]) -> None:
    close(message="入れ替え中")
    answer = Client(headers=headers).get(address)
    assert answer.status_code == 503
    assert answer.json()["code"] == "maintenance"
    assert answer.json()["retry_after"] == 300
    assert "入れ替え中" in answer.json()["error"]


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_script_on_the_page_gets_a_line_and_no_page(headers: dict[str, str]) -> None:
    close(message="入れ替え中")
    answer = Client(headers=headers).get("/staff/search?brand=x")
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("入れ替え中")


def test_what_was_sent_comes_back_to_be_sent_again_and_nothing_is_stored(
    baba: User, race: Race, runners: list[Athlete]
) -> None:
    close(Function.READ_ONLY)
    client = client_of(baba)
    sent = rows(runners[0], race) | {"rows-0-personal_best": "<𠮷\x00>"}
    answer = client.post(SHEET, urlencode(sent), content_type=FORM)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert 'name="rows-0-seed_time" value="14:30.00"' in page
    assert "&lt;𠮷" in page
    assert f'action="{SHEET}"' in page
    with across_tenants():
        assert Entry.objects.count() == 0
    actions.resume(Function.READ_ONLY, by=None)
    again = client.post(SHEET, urlencode(rows(runners[0], race)), content_type=FORM)
    assert again.status_code == 303
    with across_tenants():
        assert Entry.objects.count() == 1


def test_a_password_is_never_shown_again() -> None:
    close()
    body = urlencode({"email": "x@example.com", "password": "Secret-Word-12"})
    page = Client().post("/auth/register", body, content_type=FORM).content.decode()
    assert "Secret-Word-12" not in page
    assert "x@example.com" not in page


@pytest.mark.parametrize("body", ["a=" * 6000, "x=1&" * 6000, "%ED%A0%80=%FF"])
def test_whatever_was_sent_is_answered(body: str) -> None:
    close()
    answer = Client(raise_request_exception=False).post("/", body, content_type=FORM)
    assert answer.status_code == 503


def test_a_closed_page_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    close()
    Client().get("/")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_site_that_runs_looks_up_nobody(baba: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_platform_admin", lambda request: pytest.fail("asked"))
    assert client_of(baba).get("/meets/").status_code == 200
