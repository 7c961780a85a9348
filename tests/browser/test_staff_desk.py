"""The staff's desk in a browser: by keyboard alone, on a phone, without a script."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from catalog.models import MasterProduct, ProductOverride, SeenProduct
from catalog.overrides.actions import mark_conflicts, override_field
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, sign_in, violations
from tests.site import Site

LONG = "とても長い商品名" * 12


@pytest.fixture
def products(nittai: Tenant, endo: User, now: datetime) -> list[MasterProduct]:
    """Shoes of two brands; the first with corrections, one of which waits for a decision."""
    with tenant_scope(nittai.pk):
        rows = MasterProduct.objects.bulk_create(
            MasterProduct(
                tenant=nittai,
                brand=brand,
                reference=f"{brand[:2]}-{n:03}",
                name=f"{brand} {n} {LONG if n == 2 else '走'}",
                category="shoe",
                price_jpy=19800,
                specs={"movement": "Quartz", "remarks": "A" * 120, "<b>": "1"},
            )
            for brand in ("HAYATE", "TSUBAME")
            for n in range(60)
        )
        override_field(rows[0], "price_jpy", "21000", by=endo, why="値札の誤り", at=now)
        override_field(rows[0], "specs.movement", "自動巻き", by=endo, at=now)
        MasterProduct.objects.filter(pk=rows[0].pk).update(price_jpy=20500)
        assert mark_conflicts([rows[0].pk], at=now) == 1
        return rows


@pytest.fixture
def desk(site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]) -> Page:
    """A page on which endo has signed in."""
    page = open_page()
    sign_in(page, site.address, endo.email)
    return page


def overrides() -> dict[str, object]:
    return dict(ProductOverride._base_manager.values_list("field", "value"))


def test_every_page_is_clean(site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]) -> None:
    page = open_page()
    sign_in(page, site.address, endo.email)
    product = f"products/{products[0].pk}"
    wrong = []
    for path in ("search", "search?brand=hayate", "search?brand=a", "search?reference=ha-0", "search?brand=QQQ",
                 "search?brand=HAYATE&reference=HA-0O1", "search?reference=qqqqqq", f"products/{products[2].pk}", product,
                 *(f"{product}?edit={field}" for field in ("name", "events_allowed", "list_status", "valid_from",
                                                           "specs.remarks", "specs.buckle")),
                 "conflicts", "search?brand=hayate&page=2"):  # fmt: skip
        page.goto(f"{site.address}/staff/{path}")
        wrong += faults(page, path)
    assert wrong == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_by_keyboard_alone_from_the_search_to_a_correction(
    site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct], width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    page.keyboard.press("/")
    page.keyboard.type("qqqq")
    expect(page.locator("#no-reference")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[name=reference]")).to_have_value("")
    page.keyboard.type("ts-01")
    expect(page.locator(".found li")).to_have_count(10)
    assert page.url.endswith("/staff/search?reference=ts-01")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("TSUBAME TS-011")
    edit_price_by_keyboard(page)
    page.go_back()
    page.wait_for_url("**/staff/products/**")
    page.goto(f"{site.address}/staff/search")
    expect(page.locator(".found--seen")).to_contain_text("TS-011")
    assert SeenProduct._base_manager.count() == 1


def edit_price_by_keyboard(page: Page) -> None:
    """Open the form of the price in its row, save a refused and then a good value, and find oneself at the row again."""
    button = page.get_by_role("link", name="価格（円）を修正する")
    button.focus()
    page.keyboard.press("Enter")
    price = page.get_by_role("textbox", name="修正値")
    expect(price).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("安い")
    page.keyboard.press("Enter")
    expect(page.locator("#id_override_value_error")).to_contain_text("0以上の整数")
    expect(price).to_have_value("安い")
    expect(price).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("２１，０００円")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--ok")).to_contain_text("「価格（円）」を修正しました。")
    expect(page.locator("#row-price_jpy strong")).to_have_text("21,000円")
    expect(button).to_be_focused()


def test_back_leads_to_what_was_typed(site: Site, desk: Page) -> None:
    desk.goto(f"{site.address}/staff/search")
    desk.locator("[name=brand]").press_sequentially("tsub")
    desk.locator("[name=reference]").press_sequentially("ts-05")
    expect(desk.locator(".found li")).to_have_count(10)
    desk.locator(".found a").nth(3).click()
    expect(desk.locator("h1")).to_have_text("TSUBAME TS-053")
    desk.go_back()
    expect(desk.locator("[name=brand]")).to_have_value("tsub")
    expect(desk.locator("[name=reference]")).to_have_value("ts-05")
    expect(desk.locator(".found li")).to_have_count(10)


def test_what_is_typed_before_the_scripts_have_come_is_searched_for(site: Site, desk: Page) -> None:
    held: list[Route] = []
    desk.route("**/htmx-4*.js", lambda route: held.append(route))
    desk.goto(f"{site.address}/staff/search", wait_until="commit")
    desk.locator("[name=reference]").fill("qqqq")
    held[0].continue_()
    expect(desk.locator("#no-reference")).to_be_visible()


def test_an_answer_that_comes_late_does_not_replace_a_later_one(site: Site, desk: Page) -> None:
    held: list[Route] = []
    desk.goto(f"{site.address}/staff/search")
    desk.route("**/staff/search?*", lambda route: held.append(route))
    field = desk.locator("[name=reference]")
    for typed in ("ts", "ts-0", "ts-05"):
        with desk.expect_request("**/staff/search?*"):
            field.fill(typed)
    desk.wait_for_function("1")
    held[2].continue_()
    expect(desk.locator(".found li")).to_have_count(10)
    with desk.expect_event("requestfinished"):
        held[1].continue_()
    desk.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(desk.locator(".found li")).to_have_count(10)


def test_no_button_is_there_before_what_asks(site: Site, desk: Page) -> None:
    """Without the script a correction would be released without a question."""
    held: list[Route] = []
    desk.route("**/confirm*.js", lambda route: held.append(route))
    with desk.expect_request("**/confirm*.js"):
        desk.goto(f"{site.address}/staff/conflicts", wait_until="commit")
    assert desk.get_by_role("button", name="マスターの 20,500円 にする").count() == 0
    held[0].continue_()
    desk.get_by_role("button", name="マスターの 20,500円 にする").press("Enter")
    expect(desk.get_by_role("dialog")).to_contain_text("21,000円")


def test_a_correction_is_kept_or_released_after_a_question(
    site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]
) -> None:
    page = open_page(width=PHONE)
    sign_in(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    page.get_by_role("link", name="マスター変更の確認").press("Enter")
    expect(page.locator(".conflicts")).to_contain_text("20,500円")
    page.get_by_role("button", name="マスターの 20,500円 にする").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("21,000円")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert overrides()["price_jpy"] == 21000
    page.get_by_role("button", name="価格（円）: 修正値を維持する").press("Enter")
    expect(page.get_by_text("確認が必要な項目はありません")).to_be_visible()
    page.goto(f"{site.address}/staff/products/{products[0].pk}")
    page.get_by_role("button", name="価格（円）の修正を解除").press("Enter")
    dialog.get_by_role("button", name="マスターの値に戻す").press("Enter")
    expect(page.locator("#row-price_jpy strong")).to_have_text("20,500円")
    assert list(overrides()) == ["specs.movement"]


def test_all_of_it_works_without_a_script(
    site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]
) -> None:
    page = open_page(width=PHONE, script=False)
    sign_in(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    page.fill("[name=brand]", "hayate")
    page.fill("[name=reference]", "ha-000")
    page.get_by_role("button", name="検索").click()
    page.locator(".found a").first.click()
    page.get_by_role("link", name="商品名を修正する").click()
    page.get_by_role("textbox", name="修正値").fill("新しい名")
    page.get_by_role("button", name="修正を保存").click()
    expect(page.locator(".product-name")).to_have_text("新しい名")
    page.get_by_role("button", name="ムーブメントの修正を解除").click()
    page.locator(".notice").get_by_role("button", name="価格（円）: 修正値を維持する").click()
    expect(page.locator(".notice--wait")).to_have_count(0)
    assert overrides() == {"name": "新しい名", "price_jpy": 21000}


def test_an_answer_that_fails_is_told_until_the_next_one_comes(
    site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]
) -> None:
    page = open_page()
    sign_in(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:response:error', { detail: { ctx: {} } }))")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("[name=reference]").press_sequentially("ha-00")
    expect(page.locator(".found li")).to_have_count(10)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_who_was_signed_out_meanwhile_signs_in_again(
    site: Site, open_page: OpenPage, endo: User, products: list[MasterProduct]
) -> None:
    page = open_page()
    sign_in(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search?brand=HAYATE")
    page.context.clear_cookies()
    page.locator("[name=reference]").press_sequentially("h")
    page.wait_for_url("**/auth/login?next=**")
