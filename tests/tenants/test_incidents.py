"""Whom to call, what to do, and noting what was broken (seed 002 「障害対応フロー」)."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import sentry_sdk
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from sentry_sdk.transport import Transport

from tenants.incidents import actions, guide
from tenants.incidents.models import Incident, IncidentContact
from tenants.models import AuditRecord, OutboxMail, Tenant, User
from tenants.outbox.contents import write
from tenants.refusal import Refused
from tests.pageform import form_on

pytestmark = pytest.mark.django_db
PAGE = "/admin/tenants/incident/guide"
ASKED = [
    "ログ確認", "該当機能の一時停止", "ホットフィックス適用", "Sentryでエラー詳細確認", "影響範囲の特定", "修正＆テスト＆デプロイ",
    "サイトをメンテナンスモードに", "ログ・監視データを収集", "バックアップからリストア or ロールバック", "関係者への状況報告",
]  # fmt: skip
ROLES = ["技術担当（主担当）", "技術担当（副担当）", "大会運営責任者", "Render/インフラ管理者"]


def contact(role: str = ROLES[0], **fields: Any) -> IncidentContact:
    values = {"name": "主任", "email": "first@example.com", "phone": "090-0000-0001", "position": 1, **fields}
    return IncidentContact.objects.create(role=role, **values)


def page_for(user: User, address: str = PAGE) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def opened(now: datetime) -> Callable[..., Incident]:
    def make(**fields: Any) -> Incident:
        values = {"level": 2, "title": "申込が遅い", "by": None, "at": now, **fields}
        return actions.open_incident(**values)

    return make


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


def test_the_page_has_the_three_levels_with_each_step_of_the_runbook(aoki: User) -> None:
    text = page_for(aoki)
    for asked in (*ASKED, "軽微な問題", "中程度の問題", "重大な障害", "1時間以内", "半日以内"):
        assert asked in text, asked
    steps = [step for level in guide.LEVELS for step in level.steps]
    assert len(steps) == len(ASKED)


def test_the_page_has_the_order_of_calls(aoki: User) -> None:
    text = page_for(aoki)
    where = [
        text.index(words) for words in ("主担当）に電話", "副担当へ電話", "運営責任者にも同時", "[Nit-Sys] 障害発生")
    ]
    assert where == sorted(where)


def test_every_command_on_the_page_exists() -> None:
    from django.core.management import get_commands

    known = get_commands()
    later = {"weekly_check", "performance_report", "preflight", "smoke", "verify_backup", "restore"}
    named = {
        found
        for level in guide.LEVELS
        for step in level.steps
        for command in step.commands
        for found in re.findall(r"manage\.py (\w+)", command)
    }
    assert {"maintenance", "pause", "incident"} <= named
    assert named - later <= set(known)


def test_without_contacts_it_warns(aoki: User, admin: User) -> None:
    assert "連絡先が1件も登録されていません" in page_for(aoki)
    assert "連絡先を登録する" in page_for(admin)
    contact()
    assert "連絡先が1件も登録されていません" not in page_for(aoki)


def test_contacts_stand_in_the_order_of_calling_and_can_be_dialled_and_written_to(aoki: User) -> None:
    contact(ROLES[1], position=2, name="副任", phone="", email="second@example.com")
    contact(ROLES[2], position=3, name="運営", phone="+81 (0)90-0000-0003", email="", on_meet_day=True)
    contact()
    text = page_for(aoki)
    assert text.index("主任") < text.index("副任") < text.index("運営</span>")
    assert 'href="tel:090-0000-0001"' in text
    assert 'href="tel:+81090-0000-0003"' in text
    assert 'href="mailto:second@example.com"' in text
    assert "大会当日は同時に連絡" in text
    assert 'href="tel:"' not in text
    assert 'href="mailto:"' not in text


def test_a_hosts_contacts_are_its_own(aoki: User, doi: User, admin: User, nittai: Tenant) -> None:
    contact()
    contact("運営責任者", tenant=nittai, name="日体の青木", email="canary@example.com")
    assert "日体の青木" in page_for(aoki)
    assert "日体の青木" not in page_for(doi)
    assert "日体の青木" in page_for(admin)


def test_the_page_costs_the_same_for_one_and_for_thirty(
    aoki: User, opened: Callable[..., Incident], django_assert_num_queries: Any, client: Client
) -> None:
    client.force_login(aoki)
    contact()
    opened()
    client.get(PAGE)
    with django_assert_num_queries(5):
        client.get(PAGE)
    for number in range(30):
        contact(position=number)
        opened()
    with django_assert_num_queries(5):
        client.get(PAGE)


@pytest.mark.parametrize("who", ["baba", "endo"])
def test_coaches_and_staff_do_not_see_it(request: pytest.FixtureRequest, who: str) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))
    for address in (PAGE, "/admin/tenants/incidentcontact/", "/admin/tenants/incident/"):
        assert client.get(address).status_code == 403


def test_an_organizer_looks_after_the_own_contacts_alone(aoki: User, nittai: Tenant, chuo: Tenant) -> None:
    client = Client()
    client.force_login(aoki)
    shared, others = contact(), contact(tenant=chuo)
    add = "/admin/tenants/incidentcontact/add/"
    values = form_on(client.get(add), "role") | {
        "position": "1", "role": "運営責任者", "name": "青木", "phone": "090-1", "tenant": str(chuo.pk),
    }  # fmt: skip
    assert client.post(add, values).status_code == 302
    made = IncidentContact.objects.get(name="青木")
    assert made.tenant == nittai
    assert client.get(f"/admin/tenants/incidentcontact/{others.pk}/change/").status_code == 404
    assert client.post(f"/admin/tenants/incidentcontact/{others.pk}/delete/", {"post": "yes"}).status_code == 404
    assert client.get(f"/admin/tenants/incidentcontact/{shared.pk}/change/").status_code == 200
    assert client.post(f"/admin/tenants/incidentcontact/{shared.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"/admin/tenants/incidentcontact/{shared.pk}/delete/", {"post": "yes"}).status_code == 403
    own = f"/admin/tenants/incidentcontact/{made.pk}/change/"
    assert client.post(own, form_on(client.get(own), "role") | {"name": "新しい青木"}).status_code == 302
    assert IncidentContact.objects.get(pk=made.pk).name == "新しい青木"
    assert AuditRecord.objects.filter(target_type="incidentcontact", tenant=nittai).count() == 2


def test_a_platform_admin_adds_contacts_of_the_installation(admin: User) -> None:
    client = Client()
    client.force_login(admin)
    add = "/admin/tenants/incidentcontact/add/"
    for place, role in enumerate(ROLES, 1):
        values = form_on(client.get(add), "role") | {
            "position": place, "role": role, "name": "𠮷田", "email": f"{place}@example.com", "tenant": "",
        }  # fmt: skip
        assert client.post(add, values).status_code == 302
    assert list(IncidentContact.objects.filter(tenant=None).values_list("role", flat=True)) == ROLES


@pytest.mark.parametrize(
    "typed", [{"phone": "", "email": ""}, {"phone": "電話"}, {"phone": "javascript:x"}, {"name": "a\x00"}]
)
def test_a_contact_that_cannot_be_reached_is_refused(admin: User, typed: dict[str, str]) -> None:
    client = Client()
    client.force_login(admin)
    add = "/admin/tenants/incidentcontact/add/"
    values = form_on(client.get(add), "role") | {
        "position": "1",
        "role": "主担当",
        "name": "残る名前",
        "phone": "1",
        **typed,
    }
    answer = client.post(add, values)
    assert answer.status_code == 422
    assert "主担当" in answer.content.decode()
    assert IncidentContact.objects.count() == 0


def test_an_incident_is_noted_and_mailed_once_to_everyone_with_an_address(
    opened: Callable[..., Incident], admin: User, nittai: Tenant
) -> None:
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
        ("first@example.com", "incident.opened"), ("second@example.com", "incident.opened"),
    ]  # fmt: skip
    letter = write("incident.opened", mails[0].context)
    assert letter is not None
    assert letter.subject == "[Nit-Sys] 障害発生（レベル2）: 受付票 が 開かない"
    assert PAGE in letter.body
    assert AuditRecord.objects.get(verb="incident.opened").actor == admin


def test_nobody_is_mailed_about_what_is_over(opened: Callable[..., Incident], now: datetime) -> None:
    incident = opened()
    actions.close(incident, by=None, at=now + timedelta(minutes=5))
    assert write("incident.opened", {"incident": incident.pk}) is None
    assert write("incident.opened", {"incident": incident.pk + 1}) is None


@pytest.mark.parametrize(("level", "title"), [(0, "x"), (4, "x"), (1, ""), (1, "  "), (1, "x" * 121), (1, "a\x00b")])
def test_what_is_no_incident_is_refused(opened: Callable[..., Incident], level: int, title: str) -> None:
    with pytest.raises(Refused):
        opened(level=level, title=title)
    assert Incident.objects.count() == OutboxMail.objects.count() == 0


def test_notes_are_added_with_their_time_and_never_typed_over(opened: Callable[..., Incident], now: datetime) -> None:
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
    opened: Callable[..., Incident], sentry: Callable[..., Kept], level: int, severity: str
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
    transport, client = sentry(), Client()
    client.force_login(admin)
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
    client = Client()
    client.force_login(admin)
    add = "/admin/tenants/incident/add/"
    answer = client.post(add, form_on(client.get(add), "title") | {"level": "9", "title": "", "note": "残る経過"})
    assert answer.status_code == 422
    assert "残る経過" in answer.content.decode()
    assert Incident.objects.count() == 0


def test_organizers_read_titles_and_states_and_note_nothing(aoki: User, opened: Callable[..., Incident]) -> None:
    incident = opened(note="外に出さない経過")
    text = page_for(aoki)
    assert "申込が遅い" in text
    assert "対応中" in text
    assert "外に出さない経過" not in text
    client = Client()
    client.force_login(aoki)
    for address in ("add/", f"{incident.pk}/change/", ""):
        assert client.get(f"/admin/tenants/incident/{address}").status_code == 403
    client.post("/admin/tenants/incident/", {"action": "close", "_selected_action": incident.pk, "confirmed": "1"})
    assert Incident.objects.get().closed_at is None


def test_the_desk_leads_to_the_page(aoki: User) -> None:
    assert f'href="{PAGE}"' in page_for(aoki, "/admin/")
