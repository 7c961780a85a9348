"""Choosing a shoe on the sheet: by keyboard at a desk, by touch on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.models import MasterProduct
from entries.entry.models import Entry, SheetDraft
from entries.meet.models import Race
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, overflow, sign_in, violations
from tests.conftest import athletes_of, open_meet, race_of
from tests.site import Site

SHEET = "/meets/nittai/ld326/enter"
FIRST = "#id_rows-0-shoe"
pytestmark = pytest.mark.usefixtures("shoes", "three")


@pytest.fixture
def races(transactional_db: None, nittai: Tenant) -> tuple[Race, Race]:
    meet = open_meet(nittai)
    return race_of(meet, position=1), race_of(meet, "10kmロード", course="road", sex="X", distance_m=10_000, position=2)


@pytest.fixture
def shoes(races: tuple[Race, Race], nittai: Tenant) -> dict[str, MasterProduct]:
    facts: dict[str, dict[str, Any]] = {
        "HY-100": {"stack_height_mm": "19.5", "events_allowed": ["track"], "list_status": "listed"},
        "HY-200": {"stack_height_mm": "39.5", "events_allowed": ["road"], "list_status": "listed"},
        "HY-300": {},
        "<b>X</b>": {"brand": "KAMOSHIKA", "name": "<script>alert(1)</script>"},
    }
    with tenant_scope(nittai.pk):
        rows = [
            MasterProduct(
                tenant=nittai, reference=reference, category="shoe", **{"brand": "HAYATE", "name": "スピード"} | more
            )
            for reference, more in facts.items()
        ]
        return {row.reference: row for row in MasterProduct.objects.bulk_create(rows)}


@pytest.fixture
def three(kita: Team) -> list[Athlete]:
    return athletes_of(kita, 3)


def at_the_sheet(site: Site, page: Page, user: User) -> Page:
    sign_in(page, site.address, user.email)
    page.goto(site.address + SHEET)
    return page


@pytest.fixture
def desk(site: Site, open_page: OpenPage, baba: User) -> Page:
    return at_the_sheet(site, open_page(width=DESKTOP), baba)


@pytest.fixture
def phone(site: Site, browser: Browser, open_page: OpenPage, baba: User) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": PHONE, "height": 740}, has_touch=True, is_mobile=True, locale="ja-JP"
    )
    yield at_the_sheet(site, context.new_page(), baba)
    context.close()


def declared() -> list[tuple[str, str]]:
    with across_tenants():
        return list(Entry.objects.order_by("pk").values_list("race__name", "shoe_declared"))


def drafted() -> list[str]:
    with across_tenants():
        draft = SheetDraft.objects.first()
        return [row["shoe"] for row in draft.rows] if draft else []


def without_times(page: Page) -> None:
    """Answers the question about blank times."""
    page.get_by_role("button", name="タイムなしで申し込む").click()


def test_a_shoe_is_chosen_by_keyboard(desk: Page, shoes: dict[str, MasterProduct]) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    desk.locator(FIRST).focus()
    assert desk.locator(FIRST).get_attribute("aria-expanded") == "false"
    desk.keyboard.type("hy-")
    options = desk.locator("#shoe-list [role=option]")
    expect(options).to_have_count(3)
    expect(desk.locator(FIRST)).to_have_attribute("aria-expanded", "true")
    assert options.nth(0).locator(".chip").inner_text() == "使用可"
    assert "トラックでは使用できない" in options.nth(1).inner_text()
    assert options.nth(2).locator(".chip").inner_text() == "要確認"
    assert violations(desk) == []
    assert overflow(desk) == 0
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(desk.locator(FIRST)).to_have_attribute("aria-activedescendant", "shoe-option-1")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    expect(desk.locator(FIRST)).to_have_value("HAYATE HY-100")
    expect(desk.locator("#rows-0-shoe-said")).to_contain_text("使用可")
    expect(desk.locator(FIRST)).to_have_attribute("aria-expanded", "false")
    desk.locator("#sheet-send").click()
    without_times(desk)
    desk.wait_for_url("**/orders/*/")
    assert violations(desk) == []
    assert declared() == [("男子5000m", "HAYATE HY-100 スピード")]


def test_escape_closes_and_another_race_is_another_verdict(desk: Page, shoes: dict[str, MasterProduct]) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    desk.locator(FIRST).fill("hy-2")
    expect(desk.locator("#shoe-list [role=option]")).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(desk.locator("#shoe-list")).to_be_hidden()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#shoe-list [role=option]")).to_have_count(1)
    desk.keyboard.press("Enter")
    said = desk.locator("#rows-0-shoe-said")
    expect(said).to_contain_text("使用不可")
    desk.locator("#id_rows-0-race").select_option(label="10kmロード")
    expect(said).to_contain_text("使用可")
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    expect(said).to_contain_text("使用不可")
    assert violations(desk) == []
    desk.get_by_text("下書き保存済み").wait_for()
    assert drafted() == [str(shoes["HY-200"].pk)]
    desk.reload()
    expect(desk.locator(FIRST)).to_have_value("HAYATE HY-200")
    expect(desk.locator("#rows-0-shoe-said")).to_contain_text("使用不可")
    desk.locator(FIRST).fill("")
    expect(desk.locator("#rows-0-shoe-said")).to_be_empty()


def test_who_types_the_whole_key_has_chosen_and_anything_else_is_asked_about(
    desk: Page, shoes: dict[str, MasterProduct]
) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    desk.locator(FIRST).fill("hayate hy-100")
    desk.keyboard.press("Tab")
    expect(desk.locator(FIRST)).to_have_attribute("data-id", str(shoes["HY-100"].pk))
    desk.locator("#id_rows-1-race").select_option(label="男子5000m")
    desk.locator("#id_rows-1-shoe").fill(str(shoes["HY-200"].pk))  # a number that is typed is no product's number
    desk.keyboard.press("Tab")
    expect(desk.locator("#rows-1-shoe-said")).to_contain_text("候補から選ぶ")
    desk.locator("#sheet-send").click()
    without_times(desk)
    desk.locator("#errors").wait_for()
    assert "主催者の商品マスターにないシューズです" in desk.locator("#errors").inner_text()
    assert declared() == []


def test_a_further_race_of_an_athlete_begins_without_a_shoe(desk: Page, shoes: dict[str, MasterProduct]) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    desk.locator(FIRST).fill("hy-1")
    desk.locator("#shoe-list [role=option]").first.click()
    expect(desk.locator("#rows-0-shoe-said")).to_contain_text("使用可")
    desk.locator("[data-add]").first.click()
    more = desk.locator("tbody.athlete").first.locator("tr.line").nth(1)
    expect(more.locator("input[name$=-shoe]")).to_have_value("")
    assert more.locator("[data-id]").count() == 0
    expect(more.locator(".shoe__said")).to_be_empty()


def test_names_are_text_in_the_list_too(desk: Page) -> None:
    desk.locator(FIRST).fill("kamo")
    option = desk.locator("#shoe-list [role=option]").first
    expect(option).to_contain_text("KAMOSHIKA <b>X</b>")
    expect(option).to_contain_text("<script>alert(1)</script>")
    assert desk.locator("#shoe-list b").count() == 0


def test_a_shoe_is_chosen_by_touch(phone: Page, shoes: dict[str, MasterProduct]) -> None:
    card = phone.locator("tbody.athlete").first
    card.locator("select[name$=-race]").select_option(label="男子5000m")
    card.locator(".line__open").tap()
    phone.locator(FIRST).tap()
    phone.locator(FIRST).press_sequentially("スピ")
    options = phone.locator("#shoe-list [role=option]")
    expect(options).to_have_count(3)
    boxes = [option.bounding_box() for option in options.all()]
    assert all(box and box["height"] >= 44 for box in boxes)
    assert overflow(phone) == 0
    assert violations(phone) == []
    options.nth(1).tap()
    expect(phone.locator(FIRST)).to_have_value("HAYATE HY-200")
    expect(phone.locator("#rows-0-shoe-said")).to_contain_text("使用不可")
    assert overflow(phone) == 0
    phone.locator("#sheet-send").tap()
    without_times(phone)
    phone.wait_for_url("**/orders/*/")
    expect(phone.locator(".worn")).to_contain_text("使用不可")
    assert overflow(phone) == 0
    assert violations(phone) == []
    assert declared() == [("男子5000m", "HAYATE HY-200 スピード")]


def test_without_a_script_the_key_is_looked_up_and_typed(site: Site, open_page: OpenPage, baba: User) -> None:
    page = at_the_sheet(site, open_page(script=False, width=PHONE), baba)
    page.goto(site.address + "/meets/nittai/ld326/shoes?q=hy")
    assert overflow(page) == 0
    expect(page.locator(".shoes__key").first).to_have_text("HAYATE HY-100")
    page.goto(site.address + SHEET)
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator(FIRST).fill("HAYATE HY-100")
    for _asked_once in "12":
        page.get_by_role("button", name="申し込む").click()
    page.wait_for_url("**/orders/*/")
    assert declared() == [("男子5000m", "HAYATE HY-100 スピード")]
