"""Pausing one function, and the page of the switches."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.test import Client

from catalog.models import MasterProduct
from config.worker import IDLE_SECONDS, Worker
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.jobs.models import Job
from tenants.models import AuditRecord, OneTimeLink, OutboxMail, Switch, Tenant, User
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import write
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tenants.switches import actions, queries, rules
from tenants.switches.models import Function
from tenants.wording import say

pytestmark = pytest.mark.django_db
PAGE = "/admin/tenants/switch/"


@pytest.fixture
def stop(now: datetime) -> Callable[..., bool]:
    return lambda function, **said: actions.stop(function, by=None, at=now, **said)


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def test_a_stopped_function_says_why_and_until_when(stop: Callable[..., bool], now: datetime) -> None:
    rules.check_not_stopped(Function.UPLOADS)
    stop(Function.UPLOADS, message="読み取りの不具合を直しています。", back_at=now + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        rules.check_not_stopped(Function.UPLOADS)
    assert refused.value.code == "stopped"
    assert "読み取りの不具合を直しています。 再開予定:" in say(refused.value)
    rules.check_not_stopped(Function.DRAFTING)


def test_stopping_twice_changes_what_is_said_and_not_since_when(now: datetime, admin: User) -> None:
    assert actions.stop(Function.UPLOADS, by=admin, at=now, message="a")
    assert not actions.stop(Function.UPLOADS, by=admin, at=now + timedelta(hours=1), message="a")
    assert actions.stop(Function.UPLOADS, by=admin, at=now + timedelta(hours=1), message="b")
    switch = Switch.objects.get()
    assert (switch.stopped_at, switch.message) == (now, "b")
    assert actions.resume(Function.UPLOADS, by=admin)
    assert not actions.resume(Function.UPLOADS, by=admin)
    trail = AuditRecord.objects.order_by("pk").values_list("verb", "actor")
    assert list(trail) == [(f"switch.{verb}", admin.pk) for verb in ("stopped", "said", "resumed")]
    assert AuditRecord.objects.earliest("pk").after["message"] == "a"


def test_a_time_that_is_past_and_a_message_that_is_too_long_are_refused(
    stop: Callable[..., bool], now: datetime
) -> None:
    for said in ({"back_at": now}, {"message": "x" * 301}):
        with pytest.raises(Refused):
            stop(Function.UPLOADS, **said)
    assert queries.stopped_now() == []


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(None, 300), (-1, 300), (0.1, 30), (20, 1200), (60 * 24 * 30, 24 * 3600)]
)
def test_programs_are_told_when_to_come_back(now: datetime, minutes: float | None, seconds: int) -> None:
    back = None if minutes is None else now + timedelta(minutes=minutes)
    assert rules.retry_after(Switch(function="uploads", back_at=back), at=now) == seconds


def test_switches_are_read_once_and_then_known(stop: Callable[..., bool], django_assert_num_queries: Any) -> None:
    stop(Function.UPLOADS)
    with django_assert_num_queries(1):
        assert [queries.stopped(Function.UPLOADS) is not None for _ in range(50)] == [True] * 50


def test_what_another_process_switched_is_seen_after_a_second(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    clock = [100.0]
    monkeypatch.setattr(queries, "monotonic", lambda: clock[0])
    monkeypatch.setattr(queries, "EVERY_SECONDS", 1.0)
    watch = queries.Watch()
    assert watch.now() == []
    Switch.objects.create(function=Function.UPLOADS, stopped_at=now)
    clock[0] += 0.9
    assert watch.now() == []
    clock[0] += 0.2
    assert [switch.function for switch in watch.now()] == ["uploads"]


def test_while_one_thread_reads_the_others_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = queries.Watch(known=[])
    monkeypatch.setattr(queries, "EVERY_SECONDS", -1.0)
    reading, done = threading.Event(), threading.Event()

    def slow() -> None:
        reading.set()
        done.wait(20)

    monkeypatch.setattr(watch, "_read", slow)
    thread = threading.Thread(target=watch.now)
    thread.start()
    assert reading.wait(20)
    assert watch.now() == []
    done.set()
    thread.join()


def test_inside_a_transaction_a_broken_read_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise DatabaseError

    with connection.execute_wrapper(broken), pytest.raises(DatabaseError):
        queries.Watch().now()


REGISTRATION = {
    "kind": "university", "team_name": "北海道𠮷田大学", "team_kana": "ほっかいどう", "short_name": "吉田大", "prefecture": "48",
    "name": "髙橋 﨑子", "email": "new@example.com", "phone": "090-1234-5678", "password": "Correct-Horse-12", "agree": "on",
}  # fmt: skip


def test_a_paused_registration_says_so_and_keeps_what_was_typed(client: Client, stop: Callable[..., bool]) -> None:
    stop(Function.REGISTRATION, message="確認メールの不具合を調べています。")
    page = client.get("/auth/register")
    assert page.status_code == 200
    assert "確認メールの不具合を調べています。" in page.content.decode()
    answer = client.post("/auth/register", REGISTRATION)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("確認メールの不具合を調べています。") == 1
    for name in ("team_name", "name", "email"):
        assert f'value="{REGISTRATION[name]}"' in text
    assert OneTimeLink.objects.count() == OutboxMail.objects.count() == 0
    actions.resume(Function.REGISTRATION, by=None)
    assert client.post("/auth/register", REGISTRATION).status_code == 200
    assert OneTimeLink.objects.count() == 1


def test_a_registration_that_was_mailed_before_is_still_confirmed(client: Client, stop: Callable[..., bool]) -> None:
    client.post("/auth/register", REGISTRATION)
    stop(Function.REGISTRATION)
    mail = OutboxMail.objects.get()
    letter = write(mail.kind, mail.context)
    assert letter is not None
    token = letter.body.partition("confirm?token=")[2].split()[0]
    assert client.post("/auth/register/confirm", {"token": token}).status_code == 302
    assert User.objects.filter(email="new@example.com").exists()


def csv() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.csv", "ブランド,型番\nA,B\n".encode())


def test_a_paused_upload_is_refused_at_all_three_doors(
    signed_in: Callable[[User], Client], stop: Callable[..., bool], baba: User, aoki: User, kita: Team, meet: Meet
) -> None:
    stop(Function.UPLOADS, message="調整中")
    doors = [
        (baba, "/meets/nittai/ld326/enter/upload"), (baba, f"/teams/{kita.pk}/athletes/import"),
        (aoki, "/admin/catalog/importrun/add/"),
    ]  # fmt: skip
    for who, address in doors:
        client = signed_in(who)
        assert "調整中" in client.get(address).content.decode(), address
        answer = client.post(address, {"file": csv()})
        assert answer.status_code == 422, address
        assert "「ファイルのアップロード」は一時停止中です。調整中" in answer.content.decode(), address
    assert RosterUpload.objects.count() == 0
    actions.resume(Function.UPLOADS, by=None)
    assert signed_in(aoki).post("/admin/catalog/importrun/add/", {"file": csv()}).status_code == 303


def test_a_sheet_is_typed_on_while_uploads_are_paused(
    signed_in: Callable[[User], Client], stop: Callable[..., bool], baba: User, race: Race, runners: list[Athlete]
) -> None:
    stop(Function.UPLOADS)
    values = {
        "submission_key": "k", "rows-TOTAL_FORMS": 1, "rows-INITIAL_FORMS": 0, "rows-0-athlete": runners[0].pk,
        "rows-0-race": race.pk, "rows-0-seed_time": "14:30.00",
    }  # fmt: skip
    assert signed_in(baba).post("/meets/nittai/ld326/enter", values).status_code == 303


def test_paused_drafting_says_so_and_asks_for_nothing(
    signed_in: Callable[[User], Client], stop: Callable[..., bool], endo: User, nittai: Tenant, settings: Any
) -> None:
    settings.ANTHROPIC_API_KEY = "x"
    with tenant_scope(nittai.pk):
        product = MasterProduct.objects.create(tenant=nittai, brand="A", reference="B", name="靴")
    stop(Function.DRAFTING, message="今月の予算を確認しています。")
    client, address = signed_in(endo), f"/staff/products/{product.pk}/drafts"
    assert "今月の予算を確認しています。" in client.get(address).content.decode()
    answer = client.post(address, {"tone": "plain", "note": "軽さを伝える"})
    assert answer.status_code == 422
    assert "今月の予算を確認しています。" in answer.content.decode()
    assert Job.objects.count() == 0


def test_while_writing_is_stopped_the_worker_rests_and_goes_on_afterwards(
    stop: Callable[..., bool], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config import worker as module
    from tenants.outbox import contents
    from tenants.outbox.contents import Letter

    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))
    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    enqueue("test", to="a@example.com", key="k", context={}, at=now)
    Job.objects.create(kind="nothing", args={})
    stop(Function.READ_ONLY)
    one = Worker()
    before = one.next_housekeeping
    assert one.step() == IDLE_SECONDS
    assert one.next_housekeeping == before
    assert not one.jobs.start_due(at=now)
    assert OutboxMail.objects.get().attempts == 0
    assert Job.objects.get().attempts == 0
    with pytest.raises(CommandError, match="read_only"):
        call_command("run_worker", "--once")
    Job.objects.all().delete()
    actions.resume(Function.READ_ONLY, by=None)
    one.step()
    assert OutboxMail.objects.get().sent_at is not None


def test_maintenance_alone_lets_the_worker_send_what_was_promised(
    stop: Callable[..., bool], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config import worker as module
    from tenants.outbox import contents
    from tenants.outbox.contents import Letter

    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))
    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    enqueue("test", to="a@example.com", key="k", context={}, at=now)
    stop(Function.MAINTENANCE)
    Worker().step()
    assert OutboxMail.objects.get().sent_at is not None


def test_the_page_shows_all_functions_with_since_when_and_by_whom(
    signed_in: Callable[[User], Client], admin: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(admin)
    actions.stop(Function.UPLOADS, by=admin, at=now, message="<b>調整中</b>")
    client.get(PAGE)
    with django_assert_max_num_queries(6):
        text = client.get(PAGE).content.decode()
    for function in Function:
        assert f'data-function="{function.value}"' in text
    assert (text.count("停止中"), text.count("稼働中")) == (1, 4)
    assert "&lt;b&gt;調整中&lt;/b&gt;" in text
    assert admin.name in text


@pytest.mark.parametrize("function", list(Function))
def test_the_buttons_ask_first_and_then_switch(
    signed_in: Callable[[User], Client], admin: User, function: Function
) -> None:
    client = signed_in(admin)
    assert client.get(f"{PAGE}{function}/stop").status_code == 200
    assert Switch.objects.count() == 0
    answer = client.post(f"{PAGE}{function}/stop", {"message": "調整中\n です", "back_at": "2099-01-01T09:00"})
    assert answer.status_code == 303
    switch = Switch.objects.get()
    assert (switch.function, switch.message, switch.by) == (function, "調整中 です", admin)
    assert client.get(f"{PAGE}{function}/resume").status_code == 200
    assert Switch.objects.get().stopped_at is not None
    assert client.post(f"{PAGE}{function}/resume").status_code == 303
    assert Switch.objects.get().stopped_at is None


@pytest.mark.parametrize(
    "typed",
    [{"back_at": "2020-01-01T09:00"}, {"back_at": "いつか"}, {"message": "x" * 301}, {"message": "a\x00b"}, {"back_at": "9" * 400}],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_beside_its_field(
    signed_in: Callable[[User], Client], admin: User, typed: dict[str, str]
) -> None:
    answer = signed_in(admin).post(f"{PAGE}uploads/stop", {"message": "残る文", **typed})
    assert answer.status_code == 422
    assert Switch.objects.count() == 0
    if "message" not in typed:
        assert "残る文" in answer.content.decode()


@pytest.mark.parametrize("address", ["nothing/stop", "nothing/resume", "1/change/", "x/change/"])
def test_unknown_functions_are_not_found(signed_in: Callable[[User], Client], admin: User, address: str) -> None:
    assert signed_in(admin).get(PAGE + address).status_code == 404


def test_organizers_and_staff_have_no_switches(signed_in: Callable[[User], Client], aoki: User, endo: User) -> None:
    for who in (aoki, endo):
        client = signed_in(who)
        for address in ("", "uploads/stop", "uploads/resume"):
            assert client.get(PAGE + address).status_code == 403
        assert client.post(f"{PAGE}uploads/stop", {"message": "x"}).status_code == 403
    assert Switch.objects.count() == 0


@pytest.mark.parametrize("function", ["read_only", "registration", "uploads", "drafting"])
def test_the_command_pauses_and_resumes_each_function(function: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _twice in range(2):
        call_command("pause", function, "on", message="調整中")
        said = capsys.readouterr().out
        assert str(connection.settings_dict["NAME"]) in said.splitlines()[0]
        assert f"{function}: ON since" in said
    assert queries.stopped(function) is not None
    for _twice in range(2):
        call_command("pause", function, "off")
    call_command("pause", function, "status")
    assert capsys.readouterr().out.splitlines()[-1] == f"{function}: off"


def test_the_command_pauses_one_meet_of_one_host(
    meet: Meet, doi: User, chuo: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.conftest import open_meet

    other = open_meet(chuo)
    for _twice in range(2):
        call_command("pause", "entries", "on", meet="nittai/ld326", message="確認中")
    assert "PAUSED since" in capsys.readouterr().out
    paused = dict(Meet._base_manager.values_list("pk", "pause_note"))
    assert paused == {meet.pk: "確認中", other.pk: ""}
    for _twice in range(2):
        call_command("pause", "entries", "off", meet="nittai/ld326")
    call_command("pause", "entries", "status", meet="nittai/ld326")
    assert capsys.readouterr().out.splitlines()[-1] == "entries of nittai/ld326: not paused"


@pytest.mark.parametrize(
    ("function", "meet"), [("entries", ""), ("uploads", "nittai/ld326"), ("entries", "nittai"), ("entries", "x/y"),
                           ("entries", "nittai/" + "x" * 4000), ("entries", "\x1b[31m/x")]
)  # fmt: skip
def test_a_meet_that_is_missing_unknown_or_out_of_place_is_said_in_one_line(
    nittai: Tenant, function: str, meet: str
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("pause", function, "on", meet=meet)
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_maintenance_has_its_own_command() -> None:
    with pytest.raises(CommandError):
        call_command("pause", "maintenance", "on")
