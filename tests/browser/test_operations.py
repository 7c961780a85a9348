"""What ops and platform admins look at, in a browser: nothing wrong for axe, for the policy, for a phone or for the keyboard."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from entries.archive.models import MeetArchive
from entries.meet.models import Meet
from entries.roster.models import Athlete, Team
from tenants.models import (
    Alarm,
    DeadAddress,
    Heartbeat,
    Incident,
    IncidentContact,
    OpsRun,
    OutboxMail,
    Switch,
    User,
)
from tenants.scope import across_tenants, tenant_scope
from tenants.switches.models import Function
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, sign_in
from tests.conftest import athletes_of
from tests.site import Site
from tests.waiting import answers, wait_until

NOTE = "申込の送信が失敗する。\n10:05 担当に電話した。"
CLOSED = Function.MAINTENANCE.label
SAID = "データベースの入れ替えのため、12時まで停止しています。"


@pytest.fixture(autouse=True)
def running_again(site: Site, transactional_db: None) -> Iterator[None]:
    """What a test stopped, the next one finds running: a process knows of a switch for a second."""
    yield
    Switch.objects.all().delete()
    assert site.process is not None
    wait_until(lambda: answers(f"{site.address}/"), site.process)


@pytest.fixture
def incident(admin: User, aoki: User, meet: Meet, now: datetime) -> Incident:
    """A bad night: an incident, an alarm, a failed drill, a dead address, a function that is stopped."""
    for n, role in enumerate(("技術担当（主担当）", "技術担当（副担当）", "大会運営責任者")):
        IncidentContact.objects.create(
            role=role, name="山田 太郎", phone=f"045-000-000{n}", position=n, on_meet_day=n == 2
        )
    Alarm.objects.create(name="worker", raised_at=now, facts={"seconds": 900})
    Heartbeat.objects.create(name="worker", beat_at=now - timedelta(minutes=15))
    hour = timedelta(hours=1)
    good = {
        "bytes": 41_200_000,
        "rto_seconds": 42.0,
        "rpo_seconds": 18_000.0,
        "rows": 9,
        "file": "nitsys-20261123.tar.age",
        "latest": True,
    }
    for n, (kind, succeeded) in enumerate((("backup", True), ("verify_backup", True), ("verify_backup", False))):
        began = now - 9 * hour + n * hour
        OpsRun.objects.create(kind=kind, started_at=began, finished_at=began, succeeded=succeeded, facts=good)
    DeadAddress.objects.create(address="gone@example.com", since_at=now, reason="550 5.1.1 user unknown")
    OutboxMail.objects.create(
        key="k", kind="entry.received", to="gone@example.com", next_attempt_at=now, failed_at=now, last_error="550"
    )
    Switch.objects.create(function="uploads", stopped_at=now, message=SAID, back_at=now + hour, by=admin)
    with tenant_scope(meet.tenant_id):
        MeetArchive.objects.create(
            tenant=meet.tenant, meet=meet, by=aoki, made_at=now, size=12_345, counts={"entries": 3}
        )
    return Incident.objects.create(level=2, title="申込が送信できない", note=NOTE, opened_at=now, by=admin)


def desk_pages(incident: Incident, admin: User, athlete: Athlete) -> list[str]:
    with across_tenants():
        archive = MeetArchive.objects.get().pk
    return [
        "", "status/", "backups/", "tenants/switch/", "tenants/switch/maintenance/stop", "tenants/switch/uploads/stop",
        "tenants/switch/uploads/resume", "tenants/incident/", "tenants/incident/guide", "tenants/incident/add/",
        f"tenants/incident/{incident.pk}/change/", "tenants/incidentcontact/", "tenants/incidentcontact/add/",
        "tenants/retentionrule/", "tenants/deadaddress/", "tenants/outboxmail/",
        f"tenants/outboxmail/{OutboxMail.objects.get().pk}/change/", "entries/meetarchive/",
        f"entries/meetarchive/{archive}/change/", "entries/athlete/", f"entries/athlete/{athlete.pk}/change/",
        f"entries/athlete/{athlete.pk}/privacy", f"tenants/user/{admin.pk}/privacy",
    ]  # fmt: skip


def test_every_page_of_operations_is_clean(
    site: Site, open_page: OpenPage, admin: User, kita: Team, incident: Incident
) -> None:
    [athlete] = athletes_of(kita, 1)
    page = open_page()
    sign_in(page, site.address, admin.email)
    wrong = []
    for path in desk_pages(incident, admin, athlete):
        answer = page.goto(f"{site.address}/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
        wrong += faults(page, path)
    assert wrong == []


def reach(page: Page, name: str, *, role: str = "link") -> None:
    """Tab until the thing of that name has the focus, as somebody without a mouse would."""
    for _ in range(80):
        page.keyboard.press("Tab")
        wanted = page.locator(":focus").and_(page.get_by_role(role, name=name))  # type: ignore[arg-type]  # a literal in the stub
        if wanted.count():
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def until_answered(page: Page, address: str, status: int, said: str = "") -> None:
    """Each process sees a switch within a second."""
    ends = monotonic() + 20
    while (answer := page.goto(address)) is None or answer.status != status or said not in page.content():
        assert monotonic() < ends, f"{address} does not answer {status} with {said!r}"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_platform_admin_closes_and_opens_the_site_by_keyboard(
    site: Site, open_page: OpenPage, admin: User, baba: User, kita: Team, width: int
) -> None:
    page, visitor = open_page(width=width), open_page(width=width, meant=(503,))
    sign_in(visitor, site.address, baba.email)
    sign_in(page, site.address, admin.email)
    page.goto(f"{site.address}/admin/tenants/switch/")
    reach(page, f"停止する {CLOSED}")
    page.keyboard.press("Enter")
    reach(page, "案内文", role="textbox")
    page.keyboard.type(SAID)
    reach(page, "停止する", role="button")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("停止しました")
    until_answered(visitor, f"{site.address}/teams/", 503)
    expect(visitor.get_by_text(SAID)).to_be_visible()
    assert faults(visitor, "closed") == []
    reach(page, f"再開する {CLOSED}")
    page.keyboard.press("Enter")
    reach(page, "再開する", role="button")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("再開しました")
    until_answered(visitor, f"{site.address}/teams/", 200)


def test_what_visitors_see_of_a_site_that_stands_still_is_clean(
    site: Site, open_page: OpenPage, baba: User, kita: Team, meet: Meet, now: datetime
) -> None:
    [athlete] = athletes_of(kita, 1)
    page = open_page(meant=(503,))
    sign_in(page, site.address, baba.email)
    wrong = []
    Switch.objects.create(function="read_only", stopped_at=now, message=SAID, back_at=now + timedelta(hours=1))
    public = f"/meets/{meet.tenant.slug}/{meet.slug}/"
    for path in ("/", public, "/teams/", f"/teams/{kita.pk}/athletes/{athlete.pk}/edit"):
        until_answered(page, f"{site.address}{path}", 200, SAID)
        wrong += faults(page, path)
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("いまは変更できません")
    wrong += faults(page, "refused")
    Switch.objects.create(function="maintenance", stopped_at=now, message=SAID)
    for path in ("/", public):
        until_answered(page, f"{site.address}{path}", 503)
        wrong += faults(page, path)
    assert wrong == []


def test_a_persons_own_pages_are_clean_and_erasing_is_asked_twice(
    site: Site, open_page: OpenPage, baba: User, kita: Team
) -> None:
    [athlete] = athletes_of(kita, 1)
    page = open_page()
    sign_in(page, site.address, baba.email)
    wrong = []
    own = f"/teams/{kita.pk}/athletes/{athlete.pk}/privacy"
    for path in ("/auth/account", "/auth/account/address", own):
        page.goto(f"{site.address}{path}")
        wrong += faults(page, path)
    page.locator("form[action$=erase] button, form button.button--danger").last.click()
    expect(page.locator(".errors, .field__error, .summary").first).to_be_visible()
    wrong += faults(page, "erase, unconfirmed")
    with across_tenants():
        assert Athlete.objects.filter(pk=athlete.pk, erased_at=None).exists()
    assert wrong == []
