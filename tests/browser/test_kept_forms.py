"""A long form whose token went stale, or whose sender was signed out, in a browser: nothing typed is lost."""

from playwright.sync_api import Page, expect

from entries.roster.models import Team
from tenants.models import User
from tests.browser.conftest import OpenPage, faults, sign_in, sign_in_by_form
from tests.conftest import PASSWORD
from tests.site import Site


def filled(page: Page, site: Site, team: Team) -> None:
    page.goto(f"{site.address}/teams/{team.pk}/edit")
    page.fill("[name=name]", "珍しい陸上部")
    page.fill("[name=name_kana]", "チン")
    page.fill("[name=contact_name]", "馬場")
    page.fill("[name=contact_email]", "baba@example.com")
    page.fill("[name=contact_phone]", "0312345678")


def test_signed_in_again_in_another_tab(open_page: OpenPage, site: Site, baba: User, kita: Team) -> None:
    page = open_page(meant=(403, 422))
    sign_in_by_form(page, site.address, baba.email)
    filled(page, site, kita)
    other = page.context.new_page()
    other.request.get(f"{site.address}/auth/login")
    page.context.clear_cookies()
    sign_in_by_form(other, site.address, baba.email)
    page.locator("main form .button--next").first.click()
    expect(page.locator("h1")).to_have_text("まだ受け付けていません")
    assert faults(page) == []
    page.click("text=同じ内容をもう一度送信する")
    page.wait_for_url(f"{site.address}/teams/{kita.pk}/")
    kita.refresh_from_db()
    assert kita.name == "珍しい陸上部"


def test_signed_out_meanwhile_also_without_script(open_page: OpenPage, site: Site, baba: User, kita: Team) -> None:
    page = open_page(script=False)
    sign_in(page, site.address, baba.email)
    filled(page, site, kita)
    page.context.clear_cookies(name="nitsys_session")
    page.locator("main form .button--next").first.click()
    expect(page.locator(".notice")).to_contain_text("入力した内容は1時間預かっています")
    page.fill("[name=email]", baba.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".carried")).to_contain_text("珍しい陸上部")
    page.click("text=同じ内容をもう一度送信する")
    expect(page.locator("main")).to_contain_text("珍しい陸上部")
    kita.refresh_from_db()
    assert kita.name == "珍しい陸上部"
