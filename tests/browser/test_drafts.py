"""Drafts in a real browser, with the product's own worker and the stand-in of the service: no page waits for it."""

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from catalog.drafting.models import ProductDraft
from catalog.models import MasterProduct
from tenants.models import User
from tenants.scope import across_tenants
from tests.anthropic_stand_in import StandIn, error, held, text
from tests.browser.conftest import PHONE, SCREENS, OpenPage, overflow, sign_in, violations
from tests.catalog.draft_cast import KEY, shoe
from tests.nursery import Forked
from tests.site import Site

__all__ = ["shoe"]
GOOD = "ASICSのシューズ「METASPEED」です。価格は24,200円、靴底の厚さは39.5mmです。"


pytestmark = pytest.mark.usefixtures("shoe", "endo")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn(text(GOOD)) as running:
        yield running


@pytest.fixture
def service(stand_in: StandIn) -> StandIn:
    stand_in.mode = text(GOOD)
    stand_in.go_on.clear()
    return stand_in


@pytest.fixture(scope="module")
def site(django_db_setup: None, stand_in: StandIn) -> Iterator[Site]:
    with Site(
        workers=1, ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=stand_in.url, CATALOG_DRAFT_MODEL="stand-in"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[None]:
    """The product's own, for all tests of this file."""
    process = Forked(["manage.py", "run_worker"], env=site.env)
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=40)


def open_drafts(page: Page, site: Site, shoe: MasterProduct) -> None:
    sign_in(page, site.address, "endo@example.com")
    page.goto(f"{site.address}/staff/products/{shoe.pk}/drafts")


def looks_right(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize(("width", "dark"), SCREENS)
def test_a_text_is_asked_for_and_appears_by_itself(
    site: Site, worker: None, open_page: OpenPage, service: StandIn, shoe: MasterProduct, width: int, *, dark: bool
) -> None:
    service.mode = held(GOOD)
    page = open_page(width=width, dark=dark)
    open_drafts(page, site, shoe)
    looks_right(page)
    page.get_by_label("丁寧").check()
    page.get_by_label("編集メモ").fill("価格から書き始める")
    page.get_by_role("button", name="下書きを作成").click()
    expect(page.get_by_role("status").filter(has_text="文章を作成しています")).to_be_visible(timeout=30_000)
    looks_right(page)
    open_drafts(open_page(), site, shoe)  # while the service is silent, pages answer
    service.go_on.set()
    expect(page.locator("#draft-text")).to_have_text(GOOD, timeout=30_000)
    expect(page.get_by_text("今月の残り 99 / 100件")).to_be_visible()
    looks_right(page)


def test_a_text_in_question_is_marked_rewritten_and_copied(
    site: Site, worker: None, open_page: OpenPage, service: StandIn, shoe: MasterProduct
) -> None:
    service.mode = text("最高の<img src=x onerror=alert(1)>シューズです。価格は9,800円です。")
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    open_drafts(page, site, shoe)
    page.get_by_role("button", name="下書きを作成").click()
    expect(page.locator("mark").first).to_have_text("最高", timeout=30_000)
    expect(page.locator(".draft-now .chip")).to_have_text("要確認")
    expect(page.get_by_role("button", name="文章をコピー")).to_have_count(0)
    looks_right(page)
    service.mode = text(GOOD)
    page.get_by_text("書き直す（1回だけ）").click()
    looks_right(page)
    page.get_by_label("書き直しの指示").fill("事実だけにする")
    page.get_by_role("button", name="書き直しを依頼する").click()
    expect(page.locator("#draft-text")).to_have_text(GOOD, timeout=30_000)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="文章をコピー").click()
    expect(page.get_by_text("コピーしました")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == GOOD
    looks_right(page)


def test_without_a_script_the_page_loads_itself_anew(
    site: Site, worker: None, open_page: OpenPage, service: StandIn, shoe: MasterProduct
) -> None:
    page = open_page(script=False, width=PHONE)
    open_drafts(page, site, shoe)
    page.get_by_role("button", name="下書きを作成").click()
    expect(page.locator("#draft-text")).to_have_text(GOOD, timeout=30_000)


def test_by_keyboard_alone(
    site: Site, worker: None, open_page: OpenPage, service: StandIn, shoe: MasterProduct
) -> None:
    service.mode = error(529, "overloaded_error")
    page = open_page()
    open_drafts(page, site, shoe)
    page.get_by_label("簡潔").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("短く")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("混み合っています")).to_be_visible(timeout=30_000)
    looks_right(page)
    with across_tenants():
        draft = ProductDraft.objects.get()
    assert (draft.tone, draft.note) == ("polite", "短く")
    expect(page.get_by_text(draft.error_id)).to_be_visible()


def test_without_a_key_the_button_says_why(
    transactional_db: None, open_page: OpenPage, shoe: MasterProduct, endo: User
) -> None:
    with Site(ANTHROPIC_API_KEY="") as site:
        page = open_page(width=PHONE)
        open_drafts(page, site, shoe)
        button = page.get_by_role("button", name="下書きを作成")
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(
            "このサイトでは商品文の作成を利用できません（ANTHROPIC_API_KEYが設定されていません）。ほかの機能はそのまま使えます。"
        )
        looks_right(page)
