"""The closed site and the site that only reads (contract 6, reliability M7)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from config import maintenance as module
from entries.entry.models import Entry, SheetDraft
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Switch, User
from tenants.scope import across_tenants
from tenants.switches import actions, queries
from tenants.switches.models import Function
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SHEET = "/meets/nittai/ld326/enter"
EVERYBODY = [
    "/",
    "/meets/",
    "/meets/nittai/ld326/",
    SHEET,
    "/teams/",
    "/auth/register",
    "/admin/",
    "/staff/search",
    "/nowhere",
]


def client_of(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def close(now: datetime) -> Callable[..., None]:
    def stop(function: Function = Function.MAINTENANCE, **said: Any) -> None:
        actions.stop(function, by=None, at=now, **said)

    return stop


def rows(athlete: Athlete, race: Race, key: str = "key-1") -> dict[str, Any]:
    return {
        "submission_key": key, "rows-TOTAL_FORMS": 1, "rows-INITIAL_FORMS": 0, "rows-0-athlete": athlete.pk,
        "rows-0-race": race.pk, "rows-0-seed_time": "14:30.00",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["anonymous", "baba", "aoki", "endo"])
def test_everyone_but_the_platform_admin_gets_the_page(
    close: Callable[..., None], meet: Meet, who: str, baba: User, aoki: User, endo: User
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


def test_the_page_costs_no_query_and_no_session(close: Callable[..., None], django_assert_num_queries: Any) -> None:
    close()
    client = Client()
    client.get("/")
    with django_assert_num_queries(0):
        answer = client.get("/")
    assert answer.status_code == 503
    assert not answer.cookies


def test_it_speaks_english_to_those_who_asked_for_it(close: Callable[..., None]) -> None:
    close()
    assert b'<html lang="en">' in Client().get("/?lang=en").content


def test_machines_that_watch_are_let_through(close: Callable[..., None]) -> None:
    close()
    assert (Client().get("/healthz").status_code, Client().get("/readyz").status_code) == (200, 200)
    assert Client().get("/metrics").status_code != 503


def test_the_page_says_until_when(close: Callable[..., None], now: datetime) -> None:
    close(back_at=now + timedelta(minutes=20))
    answer = Client().get("/")
    assert 1190 <= int(answer["Retry-After"]) <= 1200
    assert "再開予定" in answer.content.decode()


def test_a_time_that_has_passed_is_no_longer_promised(close: Callable[..., None], now: datetime) -> None:
    close(back_at=now + timedelta(minutes=20))
    Switch.objects.update(back_at=now - timedelta(minutes=1))
    queries.WATCH.forget()
    answer = Client().get("/")
    assert answer["Retry-After"] == "300"
    assert "再開予定" not in answer.content.decode()


def test_the_platform_admin_goes_on_and_sees_the_bar_on_every_page(
    close: Callable[..., None], meet: Meet, admin: User
) -> None:
    close(message="入れ替え中")
    client = client_of(admin)
    for address in ("/", "/meets/", "/meets/nittai/ld326/", "/admin/", "/auth/account", "/admin/entries/meet/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "メンテナンス中です。開けるのはプラットフォーム管理者だけです。" in answer.content.decode(), address
        assert answer["Cache-Control"] == "private, no-store", address


def test_the_bar_stays_on_no_public_page_once_it_is_over(close: Callable[..., None], admin: User) -> None:
    before = Client().get("/").content
    close()
    assert "メンテナンス中です" in client_of(admin).get("/").content.decode()
    actions.resume(Function.MAINTENANCE, by=None)
    assert Client().get("/").content == before


def test_the_platform_admin_can_sign_in_and_others_who_do_get_the_page(
    close: Callable[..., None], admin: User, baba: User
) -> None:
    close()
    client = client_of(None)
    assert "開けるのはプラットフォーム管理者だけです" in client.get("/auth/login").content.decode()
    assert client.post("/auth/login", {"email": admin.email, "password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 200
    other = client_of(None)
    answer = other.post("/auth/login", {"email": baba.email, "password": PASSWORD}, follow=True)
    assert answer.status_code == 503
    assert other.post("/auth/logout").status_code == 302


def test_a_deactivated_platform_admin_is_nobody(close: Callable[..., None], admin: User) -> None:
    client = client_of(admin)
    close()
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 503


def test_the_page_stays_up_while_the_database_is_away(
    close: Callable[..., None], admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
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
def test_programs_are_answered_in_json(close: Callable[..., None], address: str, headers: dict[str, str]) -> None:
    close(message="入れ替え中")
    answer = Client(headers=headers).get(address)
    assert answer.status_code == 503
    assert answer.json()["code"] == "maintenance"
    assert answer.json()["retry_after"] == 300
    assert "入れ替え中" in answer.json()["error"]


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_script_on_the_page_gets_a_line_and_no_page(close: Callable[..., None], headers: dict[str, str]) -> None:
    close(message="入れ替え中")
    answer = Client(headers=headers).get("/staff/search?brand=x")
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.content.decode().startswith("入れ替え中")


def test_what_was_sent_comes_back_to_be_sent_again_and_nothing_is_stored(
    close: Callable[..., None], baba: User, race: Race, runners: list[Athlete]
) -> None:
    close(Function.READ_ONLY)
    client = client_of(baba)
    sent = rows(runners[0], race) | {"rows-0-personal_best": "<𠮷\x00>"}
    answer = client.post(SHEET, urlencode(sent), content_type="application/x-www-form-urlencoded")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert 'name="rows-0-seed_time" value="14:30.00"' in page
    assert "&lt;𠮷" in page
    assert f'action="{SHEET}"' in page
    with across_tenants():
        assert Entry.objects.count() == 0
    actions.resume(Function.READ_ONLY, by=None)
    again = client.post(SHEET, urlencode(rows(runners[0], race)), content_type="application/x-www-form-urlencoded")
    assert again.status_code == 303
    with across_tenants():
        assert Entry.objects.count() == 1


def test_a_password_is_never_shown_again(close: Callable[..., None]) -> None:
    close()
    body = urlencode({"email": "x@example.com", "password": "Secret-Word-12"})
    page = Client().post("/auth/register", body, content_type="application/x-www-form-urlencoded").content.decode()
    assert "Secret-Word-12" not in page
    assert "x@example.com" not in page


@pytest.mark.parametrize("body", ["a=" * 6000, "x=1&" * 6000, "%ED%A0%80=%FF"])
def test_whatever_was_sent_is_answered(close: Callable[..., None], body: str) -> None:
    close()
    answer = Client(raise_request_exception=False).post("/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 503


def test_reading_goes_on_while_nothing_can_be_changed(
    close: Callable[..., None], meet: Meet, baba: User, kita: Team, aoki: User
) -> None:
    close(Function.READ_ONLY, message="移行中")
    client = client_of(baba)
    for address in ("/", "/meets/", "/meets/nittai/ld326/", "/teams/", f"/teams/{kita.pk}/athletes/", SHEET):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "いまは閲覧だけができます" in answer.content.decode(), address
    assert client_of(aoki).get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("who", ["baba", "aoki", "admin"])
def test_every_way_of_changing_is_refused_also_to_the_platform_admin(
    close: Callable[..., None], meet: Meet, who: str, method: str, baba: User, aoki: User, admin: User
) -> None:
    close(Function.READ_ONLY)
    client = client_of({"baba": baba, "aoki": aoki, "admin": admin}[who])
    for address in (SHEET, "/teams/new", "/admin/entries/meet/add/", f"/admin/entries/meet/{meet.pk}/change/"):
        answer = getattr(client, method)(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "300"), address


def test_the_sheets_draft_is_refused_in_json_and_stays_as_it_was(
    close: Callable[..., None], meet: Meet, baba: User, kita: Team
) -> None:
    with across_tenants():
        SheetDraft.objects.create(tenant_id=meet.tenant_id, meet=meet, team=kita, rows=[], updated_by=baba)
    close(Function.READ_ONLY)
    answer = client_of(baba).post(f"{SHEET}/draft", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "read_only")
    assert client_of(baba).get(SHEET).status_code == 200


def test_while_nothing_can_be_changed_one_signs_in_and_out_and_the_switches_work(
    close: Callable[..., None], admin: User, aoki: User
) -> None:
    close(Function.READ_ONLY)
    client = client_of(None)
    assert client.post("/auth/login", {"email": admin.email, "password": PASSWORD}).status_code == 302
    assert client.post("/admin/tenants/switch/read_only/resume").status_code == 303
    assert queries.stopped(Function.READ_ONLY) is None
    close(Function.READ_ONLY)
    assert client_of(aoki).post("/admin/tenants/switch/read_only/resume").status_code == 503
    assert client.post("/auth/logout").status_code == 302


def test_a_closed_page_is_no_error_in_the_log(close: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    close()
    Client().get("/")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_site_that_runs_looks_up_nobody(baba: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_platform_admin", lambda request: pytest.fail("asked"))
    assert client_of(baba).get("/meets/").status_code == 200


def test_the_command_switches_on_and_off_and_says_what_it_touches(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("maintenance", "status")
    assert "maintenance: off" in capsys.readouterr().out
    until = (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    for _twice in range(2):
        call_command("maintenance", "on", message="入れ替え 中", until=until)
        said = capsys.readouterr().out
        assert str(connection.settings_dict["NAME"]) in said.splitlines()[0]
        assert "maintenance: ON since" in said
        assert "入れ替え 中" in said
    assert Client().get("/").status_code == 503
    for _twice in range(2):
        call_command("maintenance", "off")
        assert "maintenance: off" in capsys.readouterr().out
    assert Client().get("/").status_code == 200
    assert list(AuditRecord.objects.order_by("pk").values_list("verb", "actor")) == [
        ("switch.stopped", None), ("switch.resumed", None),
    ]  # fmt: skip


@pytest.mark.parametrize("until", ["tomorrow", "2026-99-99T99:99", "2020-01-01T00:00", "9" * 400])
def test_a_time_that_is_none_or_past_is_refused_in_one_line(until: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("maintenance", "on", until=until)
    assert "\n" not in str(refused.value)
    assert Switch.objects.count() == 0


def test_a_message_that_is_too_long_changes_nothing() -> None:
    with pytest.raises(CommandError):
        call_command("maintenance", "on", message="あ" * 301)
    assert Client().get("/").status_code == 200


def test_the_site_is_closed_also_in_the_middle_of_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrations that are still missing are a reason to close, not one to refuse it."""
    monkeypatch.setattr("config.health.missing_migrations", lambda: ["tenants.9999_later"])
    monkeypatch.setattr("config.management.ready.missing_migrations", lambda: ["tenants.9999_later"])
    call_command("maintenance", "on")
    assert Client().get("/").status_code == 503


def test_a_database_that_does_not_answer_is_said_in_one_line() -> None:
    def gone(*args: Any) -> None:
        raise OperationalError("connection to server failed\nmore")

    for command in (
        ("maintenance", "on"),
        ("maintenance", "status"),
        ("pause", "uploads", "off"),
        ("incident", "list"),
    ):
        with connection.execute_wrapper(gone), pytest.raises(CommandError) as refused:
            call_command(*command)
        assert str(refused.value) == "the database refused: connection to server failed. Nothing was changed."
