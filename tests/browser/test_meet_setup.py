"""An organizer who has never seen it sets up a meet of eight races on one page, and everybody sees it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, State, TimetableSlot
from tenants.models import Tenant, User
from tenants.scope import across_tenants
from tests.browser.conftest import PHONE, OpenPage, faults, overflow, sign_in, violations
from tests.conftest import open_meet, race_of
from tests.site import Site

MOST_STEPS = 30
"""Clicks and fields: at twenty seconds each, ten minutes."""
EIGHT = (
    "男子10000m",
    "男子5000m",
    "女子5000m",
    "女子3000m",
    "SC男子10000m",
    "SC男子5000m",
    "SC女子5000m",
    "SC女子3000m",
)


class Hand:
    """Clicks and types, and counts each."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    def press(self, name: str, kind: Any = "button") -> None:
        self.steps += 1
        self.page.get_by_role(kind, name=name, exact=True).first.click()

    def type(self, label: str, value: str) -> None:
        self.steps += 1
        self.page.get_by_label(label, exact=True).first.fill(value)

    def type_into(self, row: int, field: str, value: str) -> None:
        self.steps += 1
        cell(self.page, row, field).fill(value)


def cell(page: Page, row: int, field: str) -> Locator:
    return page.locator(f"[name=races-{row}-{field}]")


def names(page: Page) -> list[str]:
    """As they stand in the table."""
    shown = page.locator(".race-grid .form-row:not(.empty-form):not([hidden]) [name$='-name']:not([type=hidden])")
    return [field.input_value() for field in shown.all()]


def type_meet(hand: Hand) -> None:
    """The meet and its races, and save them."""
    hand.press("大会を作る", "link")
    for label, value in (("大会名", "第400回記録会"), ("会場", "健志台"), ("初日", "2099-05-01"), ("申込開始", "2099-03-01T09:00"),
                         ("申込締切", "2099-04-10T23:59"), ("参加料（円）", "1500")):  # fmt: skip
        hand.type(label, value)
    hand.press("+ 長距離記録会の種目一式")
    for row in range(8):
        hand.type_into(row, "start", f"{9 + row:02}:00")
    for row, standard in zip(range(4, 8), ("29:40.00", "14:20.00", "16:30.00", "9:40.00"), strict=True):
        hand.type_into(row, "standard", standard)
    hand.type_into(1, "places", "160")
    hand.press("保存する")


def shown_to_everybody(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/meets/nittai/20990501/")
    assert page.locator(".race h3").all_inner_texts() == list(EIGHT)
    for said in ("第400回記録会", "健志台", "春の挑戦会の種目です。", "14:20.00", "定員160", "2099/4/20 (月)"):
        expect(page.get_by_text(said).first).to_be_visible()
    with across_tenants():
        assert TimetableSlot.objects.filter(race__name="男子5000m").count() == 4


def test_a_meet_of_eight_races_is_set_up_by_clicking_and_typing(
    site: Site, open_page: OpenPage, aoki: User, nittai: Tenant
) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(elite_short="SC", elite_name="春の挑戦会")
    page = open_page()
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/")
    hand = Hand(page)
    type_meet(hand)
    missing = page.locator(".meet-checks a")
    expect(missing).to_have_count(2)  # the page is there; a look between two pages would find nothing on it
    assert violations(page) == []
    assert [line.inner_text() for line in missing.all()] == [
        "お支払い方法（振込先）が入力されている",
        "入金期限が大会の初日までにある",
    ]
    missing.first.click()
    hand.steps += 1
    expect(page.get_by_label("お支払い方法")).to_be_in_viewport()
    hand.type("お支払い方法", "○○銀行 普通 1234567")
    hand.type("入金期限", "2099-04-20")
    hand.press("保存して編集を続ける")
    expect(page.locator(".meet-checks a")).to_have_count(0)
    hand.press("プレビュー", "link")
    expect(page.get_by_text("まだ誰にも見えていません。")).to_be_visible()
    hand.press("編集に戻る", "link")
    hand.press("公開する")
    hand.press("公開する")
    expect(page.locator(".notice--ok")).to_contain_text("公開中")
    assert hand.steps <= MOST_STEPS
    shown_to_everybody(page, site)


def test_the_table_works_without_a_script(site: Site, open_page: OpenPage, aoki: User, nittai: Tenant) -> None:
    page = open_page(script=False)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/entries/meet/add/")
    for name, value in (("name", "記録会"), ("starts_on", "2099-05-01"), ("entries_open_at", "2099-03-01T09:00"),
                        ("entries_close_at", "2099-03-31T23:59")):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="+ 女子3000m").click()
    page.get_by_role("button", name="空の行を追加").click()
    for field, value in (("name", "男子800m"), ("distance_m", "800"), ("position", "0")):
        cell(page, 1, field).fill(value)
    cell(page, 1, "sex").select_option("M")
    page.locator("[name=name]").press("Enter")  # saves, though other buttons stand above the one that says so
    with across_tenants():
        assert list(Race.objects.in_programme_order().values_list("name", flat=True)) == ["男子800m", "女子3000m"]


@pytest.fixture
def grid(site: Site, open_page: OpenPage, aoki: User, nittai: Tenant) -> Callable[..., Page]:
    """The page of a draft of three races."""
    meet = open_meet(nittai, state=State.DRAFT)
    for place, name in enumerate(("一", "二", "三")):
        race_of(meet, name, position=place)

    def opened(**kind: Any) -> Page:
        page = open_page(**kind)
        sign_in(page, site.address, aoki.email)
        page.goto(f"{site.address}/admin/entries/meet/{meet.pk}/change/")
        return page

    return opened


def save(page: Page) -> list[str]:
    """The races as they are kept then."""
    page.get_by_role("button", name="保存して編集を続ける").click()
    expect(page.locator(".notice--ok")).to_be_visible()
    return names(page)


def test_rows_are_moved_with_the_keys_and_by_dragging(grid: Callable[..., Page]) -> None:
    page = grid()
    grips = page.get_by_role("button", name="並べ替え（上下の矢印キーでも動かせます）")
    grips.nth(0).press("ArrowDown")
    assert names(page) == ["二", "一", "三"]
    grips.nth(2).drag_to(page.locator(".race-grid .form-row").nth(0))
    assert names(page)[0] == "三"
    assert save(page) == ["三", "二", "一"]


def test_a_row_that_was_added_by_mistake_is_taken_out_again(grid: Callable[..., Page]) -> None:
    page = grid()
    page.get_by_role("button", name="+ 女子3000m").click()
    page.get_by_role("button", name="+ 女子5000m").click()
    page.get_by_role("button", name="この行を消す").first.click()
    assert save(page) == ["一", "二", "三", "女子5000m"]


PASTED = "四\t女子\t3,000m\t８０\t\t40\t1,500\t9:05\t9分40秒\n五\t男子\t5000\t40\t10\t40"


@pytest.mark.parametrize("others", [0, 1])
def test_cells_of_a_spreadsheet_are_pasted(grid: Callable[..., Page], others: int) -> None:
    """Also past the competition of a meet that has several, which is no column."""
    page = grid()
    with across_tenants():
        meet = Race.objects.get(name="一").meet
        for _ in range(others):
            Competition.objects.create(tenant_id=meet.tenant_id, meet=meet, title="第14回NCG")
    page.reload()
    expect(cell(page, 0, "competition")).to_have_count(others)
    page.get_by_role("button", name="空の行を追加").click()
    cell(page, 3, "name").focus()
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }""",
        PASTED,
    )
    assert save(page) == ["一", "二", "三", "四", "五"]
    with across_tenants():
        race = Race.objects.get(name="四")
        assert (race.sex, race.distance_m, race.places, race.waiting_places) == ("F", 3000, 80, None)
        assert (race.fee, race.standard, race.slots.count()) == (1500, 58_000, 2)
        assert Race.objects.get(name="五").waiting_places == 10


def test_the_english_name_stands_below_when_it_is_asked_for(grid: Callable[..., Page]) -> None:
    page = grid()
    expect(cell(page, 0, "name_en")).to_be_hidden()
    page.get_by_label("種目名の英語表記も入力する").check()
    cell(page, 0, "name_en").fill("Men 5000 m")
    page.get_by_label("種目名の英語表記も入力する").uncheck()
    expect(cell(page, 0, "name_en")).to_be_visible()
    expect(cell(page, 1, "name_en")).to_be_hidden()
    save(page)
    with across_tenants():
        assert Race.objects.get(name="一").name_en == "Men 5000 m"


def test_nobody_is_asked_for_the_day_of_a_race_unless_there_are_several(grid: Callable[..., Page]) -> None:
    page = grid()
    expect(cell(page, 0, "held_on")).to_be_visible()
    page.locator("[name=ends_on]").fill("2027-05-01")
    page.locator("[name=ends_on]").blur()
    expect(cell(page, 0, "held_on")).to_be_hidden()


def test_the_page_with_its_list_and_its_table_is_clean(grid: Callable[..., Page], site: Site) -> None:
    page = grid()
    page.get_by_role("button", name="+ 長距離記録会の種目一式").click()
    assert faults(page, "meet") == []
    with across_tenants():
        number = Meet.objects.get().pk
    page.goto(f"{site.address}/admin/entries/meet/{number}/preview/")
    assert faults(page, "preview") == []
    phone = grid(width=PHONE)
    assert overflow(phone) == 0
