"""The public pages, the staff's search and the page of pieces, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalog.models import MasterProduct
from entries.meet.models import Meet, Race, TimetableSlot
from entries.news.models import Notice
from tenants.models import Tenant, User
from tenants.scope import across_tenants
from tests.browser.conftest import PHONE, OpenPage, faults, overflow, sign_in_by_form, violations
from tests.conftest import open_meet, race_of
from tests.site import Site

MEET = "/meets/nittai/ld326/"
PAGES = ["/", "/meets/", "/meets/?q=none", MEET, f"{MEET}?lang=en", f"{MEET}entries/", "/styleguide/"]


pytestmark = pytest.mark.usefixtures("meet")


@pytest.fixture
def meet(transactional_db: None, nittai: Tenant) -> Meet:
    """A meet with all that its page can show."""
    Tenant.objects.filter(pk=nittai.pk).update(contact_email="desk@nittai.example")
    meet = open_meet(nittai, summary="要項です。", payment_due_on=timezone.localdate(), entry_list_public=True)
    full = race_of(meet, places=40, standard=87_000, is_ncg=True, name="NCG男子5000m")
    paused = race_of(meet, places=40, name="女子3000m", sex="F")
    starts = timezone.now() + timedelta(days=30)
    with across_tenants():
        Race.objects.filter(pk=full.pk).update(last_ticket=52, fallback_race=paused.pk)
        Race.objects.filter(pk=paused.pk).update(last_ticket=12, paused_at=timezone.now())
        for number in range(1, 5):
            at = starts + timedelta(minutes=20 * number)
            TimetableSlot.objects.create(tenant=nittai, race=full, number=number, starts_at=at)
            TimetableSlot.objects.create(tenant=nittai, race=paused, number=number, starts_at=at)
        out = {"tenant": nittai, "meet": meet, "body": "本文", "published_at": timezone.now()}
        Notice.objects.create(title="駐車場", **out)
        Notice.objects.create(title="時刻変更", is_important=True, **out)
        MasterProduct.objects.create(tenant=nittai, brand="TESTBRAND", reference="REF001", price_jpy=123456)
    return meet


def test_everyone_can_read_it_on_every_screen(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    for path in PAGES:
        page.goto(site.address + path)
        assert faults(page, path, most_red=2 if path == "/styleguide/" else 1) == []


def test_the_way_in_never_leaves_a_phones_screen(site: Site, open_page: OpenPage) -> None:
    page = open_page(width=PHONE)
    page.goto(site.address + MEET)
    button = page.get_by_role("link", name="この大会に申し込む")
    for place in (0, 100_000):
        page.evaluate(f"window.scrollTo(0, {place})")
        box = button.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 800 - box["height"]
        assert box["height"] >= 44


def test_a_reader_of_english_stays_in_english(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.address + "/")
    page.get_by_role("link", name="English").click()
    page.locator(f"a[href^='{MEET}']").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.context.cookies() == []


def test_staff_see_suggestions_while_typing(site: Site, open_page: OpenPage, endo: User) -> None:
    page = open_page()
    sign_in_by_form(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    assert violations(page) == []
    page.locator("#id_brand").press_sequentially("testbrand")
    page.locator("#id_reference").press_sequentially("ref0")
    page.get_by_role("link", name="REF001").click()
    page.get_by_text("123,456円").first.wait_for()
    assert violations(page) == []
    assert overflow(page) == 0


def test_staff_search_without_a_script(site: Site, open_page: OpenPage, endo: User) -> None:
    page = open_page(script=False, width=PHONE)
    sign_in_by_form(page, site.address, endo.email)
    page.goto(f"{site.address}/staff/search")
    page.get_by_role("link", name="TESTBRAND").click()
    page.get_by_role("link", name="REF001").click()
    page.get_by_text("123,456円").first.wait_for()
    assert overflow(page) == 0


def test_the_header_knows_who_is_signed_in(site: Site, open_page: OpenPage, baba: User, aoki: User) -> None:
    """The page itself is the same for all; one after the other they see their own name in it, and a stranger the way in."""
    for user in (baba, aoki, None):
        page = open_page()
        if user:
            sign_in_by_form(page, site.address, user.email)
        page.goto(site.address + MEET)
        menu = page.get_by_role("navigation", name="メニュー")
        if user is None:
            page.wait_for_load_state("networkidle")
            expect(menu.get_by_role("link", name="サインイン")).to_be_visible()
        else:
            expect(menu.get_by_role("link", name=f"アカウント {user.name}")).to_be_visible()
            assert faults(page, f"menu of {user.name}") == []
            menu.get_by_role("button", name="サインアウト").click()
            expect(page).to_have_url(f"{site.address}/auth/login")
