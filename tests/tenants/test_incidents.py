"""Noting what was broken: mailed once, told to Sentry, its notes never typed over (seed 002 「障害対応フロー」)."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import sentry_sdk
from django.core.management import call_command
from django.core.management.base import CommandError
from sentry_sdk.transport import Transport

from tenants.incidents import actions
from tenants.incidents.models import Incident
from tenants.models import AuditRecord, OutboxMail, Tenant, User
from tenants.outbox.contents import write
from tenants.refusal import Refused
from tests.pageform import form_on
from tests.tenants.incident_cast import PAGE, ROLES, contact, opened
from tests.visitor import client_of

pytestmark = pytest.mark.django_db


class Kept(Transport):
    """A Sentry that keeps what it is sent, or says no."""

    def __init__(self, refuses: str = "") -> None:
        super().__init__()
        self.refuses = refuses
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.events.append(envelope.get_event())
        if self.refuses:
            self.on_dropped_event(self.refuses)

    def on_dropped_event(self, reason: str) -> None:
        """As that of the real one."""


@pytest.fixture
def sentry() -> Iterator[Callable[..., Kept]]:
    def connect(**options: Any) -> Kept:
        transport = Kept(**options)
        sentry_sdk.init(dsn="https://key@sentry.invalid/1", transport=transport, default_integrations=False)
        return transport

    yield connect
    sentry_sdk.init()


def test_an_incident_is_noted_and_mailed_once_to_everyone_with_an_address(admin: User, nittai: Tenant) -> None:
    contact()
    contact(ROLES[1], name="副任", email="second@example.com")
    contact(ROLES[2], name="電話だけ", email="")
    contact(ROLES[1], name="同じ宛先", email="second@example.com")
    contact(tenant=nittai, email="host@example.com")
    incident = opened(note="1件目の問い合わせ", by=admin, title="受付票  が\n開かない")
    assert incident.title == "受付票 が 開かない"
    assert f"{admin.name}: 1件目の問い合わせ" in incident.note
    mails = OutboxMail.objects.order_by("to")
    assert list(mails.values_list("to", "kind")) == [
        ("first@example.com", "incident.opened"),
        ("second@example.com", "incident.opened"),
    ]
    letter = write("incident.opened", mails[0].context)
    assert letter is not None
    assert letter.subject == "[Nit-Sys] 障害発生（レベル2）: 受付票 が 開かない"
    assert PAGE in letter.body
    assert AuditRecord.objects.get(verb="incident.opened").actor == admin


def test_nobody_is_mailed_about_what_is_over(now: datetime) -> None:
    incident = opened()
    actions.close(incident, by=None, at=now + timedelta(minutes=5))
    assert write("incident.opened", {"incident": incident.pk}) is None
    assert write("incident.opened", {"incident": incident.pk + 1}) is None


@pytest.mark.parametrize(("level", "title"), [(0, "x"), (4, "x"), (1, ""), (1, "  "), (1, "x" * 121), (1, "a\x00b")])
def test_what_is_no_incident_is_refused(level: int, title: str) -> None:
    with pytest.raises(Refused):
        opened(level=level, title=title)
    assert Incident.objects.count() == OutboxMail.objects.count() == 0


def test_notes_are_added_with_their_time_and_never_typed_over(now: datetime) -> None:
    incident = opened(note="最初")
    actions.add_note(incident, text="原因が分かった", by=None, at=now + timedelta(minutes=3))
    done = actions.close(incident, by=None, at=now + timedelta(minutes=9))
    actions.add_note(incident, text="報告済み", by=None, at=now + timedelta(hours=1))
    assert [line.rpartition(": ")[2] for line in Incident.objects.get().note.splitlines()] == [
        "最初",
        "原因が分かった",
        "報告済み",
    ]
    with pytest.raises(Refused) as refused:
        actions.close(done, by=None, at=now)
    assert refused.value.code == "incident_closed"
    for text in ("", "x" * 20_001, "a\x00b"):
        with pytest.raises(Refused):
            actions.add_note(incident, text=text, by=None, at=now)


@pytest.mark.parametrize(("level", "severity"), [(1, "warning"), (2, "error"), (3, "fatal")])
def test_sentry_gets_the_event_that_the_runbook_asks_for(
    sentry: Callable[..., Kept], level: int, severity: str
) -> None:
    transport, incident = sentry(), opened(level=level)
    told = actions.tell_sentry(incident, wait_seconds=1)
    [event] = transport.events
    assert event["message"] == "[Nit-Sys] 障害発生: 申込が遅い"
    assert event["level"] == severity
    assert event["tags"]["incident_id"] == str(incident.pk)
    assert event["tags"]["incident_level"] == str(level)
    assert (told.event_id, told.trouble) == (event["event_id"], "")
    assert Incident.objects.get().event_id == told.event_id


def test_the_command_says_whether_sentry_took_it(
    sentry: Callable[..., Kept], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("incident", "open", "--level", "1", "--title", "一")
    assert "SENTRY_DSN is not set" in capsys.readouterr().out
    sentry()
    call_command("incident", "open", "--level", "1", "--title", "二")
    assert "Sentry: took event" in capsys.readouterr().out
    sentry(refuses="status_403")
    call_command("incident", "open", "--level", "3", "--title", "三")
    assert "did not take event" in (said := capsys.readouterr().out)
    assert "status_403" in said


def test_the_command_notes_closes_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("incident", "list")
    assert "no incident" in capsys.readouterr().out
    call_command("incident", "open", "--level", "2", "--title", "𠮷の申込", "--note", "はじまり")
    number = Incident.objects.get().pk
    call_command("incident", "note", str(number), "調べている")
    for _twice in range(2):
        call_command("incident", "close", str(number))
    capsys.readouterr()
    call_command("incident", "list")
    assert re.search(rf"incident {number}: level 2, .*closed .*𠮷の申込", capsys.readouterr().out)
    assert "調べている" in Incident.objects.get().note


@pytest.mark.parametrize(
    "arguments",
    [("note", "99", "x"), ("close", "0"), ("close", str(10**400)), ("open", "--level", "1", "--title", "x" * 121)],
)
def test_what_the_command_cannot_do_it_says_in_one_line(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("incident", *arguments, stdout=StringIO())
    assert "\n" not in str(refused.value)


def test_a_platform_admin_notes_adds_to_and_closes_an_incident_on_the_desk(
    admin: User, sentry: Callable[..., Kept], django_capture_on_commit_callbacks: Any
) -> None:
    contact()
    transport, client = sentry(), client_of(admin)
    add = "/admin/tenants/incident/add/"
    values = form_on(client.get(add), "title") | {"level": "3", "title": "全体が遅い", "note": "調査中"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(add, values)
    assert answer.status_code == 302
    incident = Incident.objects.get()
    assert [event["message"] for event in transport.events] == ["[Nit-Sys] 障害発生: 全体が遅い"]
    assert incident.event_id
    page = client.get(f"/admin/tenants/incident/{incident.pk}/change/").content.decode()
    assert "対応中" in page
    assert incident.event_id in page
    for action, typed in (("add_note", {"text": "原因が分かった"}), ("close", {})):
        chosen = {"action": action, "_selected_action": incident.pk, "from_row": "1"}
        assert client.post("/admin/tenants/incident/", chosen).status_code == 200
        assert client.post("/admin/tenants/incident/", chosen | typed | {"confirmed": "1"}).status_code == 302
    incident.refresh_from_db()
    assert "原因が分かった" in incident.note
    assert incident.closed_at is not None
    assert AuditRecord.objects.filter(target_type="incident").count() == 3


def test_a_title_that_is_missing_keeps_the_note(admin: User) -> None:
    client = client_of(admin)
    add = "/admin/tenants/incident/add/"
    answer = client.post(add, form_on(client.get(add), "title") | {"level": "9", "title": "", "note": "残る経過"})
    assert answer.status_code == 422
    assert "残る経過" in answer.content.decode()
    assert Incident.objects.count() == 0
