"""The organizer's desk in a browser: nothing wrong for axe, for the policy, for a phone; and the work itself."""

from datetime import datetime

import pytest
from playwright.sync_api import Dialog, Page, expect

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race, State
from entries.news.models import Notice
from entries.roster.models import Team
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, sign_in, violations
from tests.conftest import athletes_of, race_of
from tests.site import Site


@pytest.fixture
def entered(meet: Meet, kita: Team, baba: User, now: datetime) -> Entry:
    """A race of two places with four entries."""
    race = race_of(meet, places=2, standard=90_000)
    with tenant_scope(meet.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(kita, 4))]
        return actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now).entries.order_by("pk")[0]


def pages(entry: Entry) -> list[str]:
    race = Race._base_manager.get(pk=entry.race_id)
    return [
        "", "entries/meet/", f"entries/meet/{race.meet_id}/change/", "entries/meet/add/", "entries/race/",
        f"entries/race/{race.pk}/change/", "entries/entry/", f"entries/entry/{entry.pk}/change/", "entries/entry/add/",
        f"entries/entry/add/?race={race.pk}&words=鈴木", f"entries/entry/add/new?race={race.pk}&words=北",
        f"entries/meet/{race.meet_id}/history/", "entries/submission/",
        "entries/notice/add/", "tenants/user/", "tenants/user/add/", "tenants/auditrecord/", "tenants/outboxmail/",
        f"entries/race/{race.pk}/history/", "catalog/masterproduct/add/",
    ]  # fmt: skip


def test_every_page_of_the_desk_is_clean(site: Site, open_page: OpenPage, aoki: User, entered: Entry) -> None:
    page = open_page()
    sign_in(page, site.address, aoki.email)
    wrong = []
    for path in pages(entered):
        page.goto(f"{site.address}/admin/{path}")
        wrong += faults(page, path)
    assert wrong == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_organizer_makes_a_meet_types_its_races_and_publishes_it(
    site: Site, open_page: OpenPage, aoki: User, nittai: Tenant, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/")
    page.get_by_role("link", name="大会を作る").first.click()
    for label, value in (("大会名", "第400回記録会"), ("識別名", "ld400"), ("会場", "健志台"), ("初日", "2099-05-01"),
                         ("最終日", "2099-05-01"), ("申込開始", "2099-03-01T09:00"), ("申込締切", "2099-03-31T23:59")):  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    press(page, "空の行を追加")
    for name, value in (("name", "男子5000m"), ("distance_m", "5000"), ("places", "40"), ("waiting_places", "")):
        page.locator(f"[name=races-0-{name}]").fill(value)
    page.locator("[name=races-0-sex]").select_option("M")
    press(page, "保存して編集を続ける")
    press(page, "公開する")
    expect(page.get_by_text("種目が1つ以上ある")).to_be_visible()
    press(page, "公開する")
    expect(page.locator(".notice--ok")).to_contain_text("公開中")
    with across_tenants():
        assert Meet.objects.get(slug="ld400").state == State.PUBLISHED
        assert Race.objects.get(name="男子5000m").line == 40


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_organizer_writes_a_notice_on_the_meets_page_and_mails_it(
    site: Site, open_page: OpenPage, aoki: User, entered: Entry, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    meet = f"{site.address}/admin/entries/meet/{entered.race.meet_id}/change/"
    page.goto(meet)
    page.get_by_label("見出し", exact=True).fill("駐車場")
    press(page, "公開の確認へ")
    expect(page.get_by_text("申込のある監督・選手")).to_be_visible()
    assert faults(page, "asks") == []
    page.get_by_label("申込のある方全員にメールで知らせる").check()
    press(page, "公開する")
    page.wait_for_url(f"{meet}#notices")
    expect(page.locator("#notices")).to_contain_text("公開中")
    page.locator("#notices summary").click()
    assert faults(page, "notices") == []
    with across_tenants():
        assert Notice.objects.get(title="駐車場").mail_asked_at is not None


def test_what_was_typed_into_another_form_of_the_page_is_not_left_unasked(
    site: Site, open_page: OpenPage, aoki: User, entered: Entry
) -> None:
    page = open_page()
    sign_in(page, site.address, aoki.email)
    meet = f"{site.address}/admin/entries/meet/{entered.race.meet_id}/change/"
    page.goto(meet)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("見出し", exact=True).fill("駐車場")
    page.get_by_label("会場", exact=True).fill("等々力")
    press(page, "下書きに保存")
    expect(page.get_by_label("会場", exact=True)).to_have_value("等々力")
    assert (asked, page.url) == (["beforeunload"], meet)
    page.locator("[name=venue]").evaluate("field => { field.value = field.defaultValue; }")
    press(page, "下書きに保存")
    page.wait_for_url(f"{meet}#notices")
    assert asked == ["beforeunload"]


def test_an_organizer_withdraws_an_entry_and_the_next_is_promoted(
    site: Site, open_page: OpenPage, aoki: User, entered: Entry
) -> None:
    page = open_page()
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/entries/entry/{entered.pk}/change/")
    press(page, "申込を取り消す")
    expect(page.get_by_label("理由")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("理由").fill("けが")
    press(page, "申込を取り消す")
    expect(page.locator(".chip--off").first).to_contain_text("取り消し済み")
    with across_tenants():
        assert Entry.objects.holding_a_place().count() == 2
        assert Entry.objects.waiting().count() == 1


def test_the_columns_of_every_list_fit_a_laptop(
    site: Site, open_page: OpenPage, aoki: User, admin: User, entered: Entry
) -> None:
    """With a long name of the meet, a team, a race and a declared shoe."""
    with across_tenants():
        Meet.objects.update(name="第326回日本体育大学長距離競技会", ends_on=entered.race.meet.starts_on)
        Team.objects.update(name="日本体育大学大学院女子駅伝", short_name="日体大大学院")
        Entry.objects.update(shoe_declared="KAMOSHIKA KM-01 KAMOSHIKA スパイク 01")
        Race.objects.update(name="NCG男子10000m")
    lists = ("entries/entry", "entries/meet", "entries/race", "entries/submission", "entries/notice", "tenants/user")
    for user in (aoki, admin):
        page = open_page()
        sign_in(page, site.address, user.email)
        wide = []
        for path in lists:
            page.goto(f"{site.address}/admin/{path}/")
            beyond = "table => table.scrollWidth - table.closest('.results').clientWidth"
            wide += [path for table in page.locator("#result_list").all() if table.evaluate(beyond) > 0]
        assert wide == []
