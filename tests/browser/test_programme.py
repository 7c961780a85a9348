"""The programme desk in a browser: seeded with one button, moved by keyboard and by dragging, and nothing lost by a stale board."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from entries.heat.models import SeedingPin
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import User
from tenants.scope import across_tenants, tenant_scope
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, sign_in
from tests.conftest import race_of
from tests.entries.heat.casts import enter, heats
from tests.site import Site


@pytest.fixture
def race(meet: Meet, kita: Team, minami: Team, now: datetime) -> Race:
    """Twelve runners of two teams, one without a time, for heats of four."""
    with tenant_scope(meet.tenant_id):
        Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
        race = race_of(meet, starters_per_heat=4)
        enter(race, kita, [90_000 + n * 100 for n in range(6)], now)
        enter(race, minami, [90_050 + n * 100 for n in range(5)] + [None], now)
    return race


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def row(page: Page, heat: int, place: int) -> str:
    return f".heat[data-heat='{heat}'] .runner >> nth={place}"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_desk_is_clean_before_and_after_seeding(
    site: Site, open_page: OpenPage, aoki: User, race: Race, width: int
) -> None:
    """With more heats than fit beside each other."""
    Race._base_manager.filter(pk=race.pk).update(starters_per_heat=1)
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    address = f"{site.address}/admin/entries/meet/{race.meet_id}/programme/"
    page.goto(address)
    assert faults(page, "before") == []
    press(page, "全種目を編成する")
    expect(page.locator(".notice--ok")).to_contain_text("すべての種目を編成しました")
    page.locator("summary").first.click()
    assert faults(page, "after") == []
    page.locator("#seeding > summary").click()
    page.locator("[name=per_heat]").fill("3")
    press(page, "試算する")
    page.get_by_text("組が変わる選手", exact=True).click()
    expect(page.locator(".compared__movers")).to_contain_text("→")
    assert faults(page, "another cut") == []
    page.get_by_role("button", name="スタート時刻をつける").click()
    page.locator("#timetable summary").click()
    assert faults(page, "start times") == []
    press(page, "この時刻にする")
    expect(page.locator(".notice--ok")).to_contain_text("12組のスタート時刻をつけました。")
    page.goto(f"{address}?lang=en")
    expect(page.locator("h1")).to_have_text("Seeding")
    assert faults(page, "English") == []


def test_a_runner_is_moved_by_keyboard_and_by_dragging_and_stays(
    site: Site, open_page: OpenPage, aoki: User, race: Race
) -> None:
    page = open_page()
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/entries/meet/{race.meet_id}/programme/")
    press(page, "全種目を編成する")
    first = page.locator(row(page, 1, 0)).get_attribute("data-entry")
    page.locator(f"{row(page, 1, 0)} >> input").focus()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(f".heat[data-heat='3'] [data-entry='{first}']")).to_contain_text("固定中")
    second = page.locator(row(page, 1, 0)).get_attribute("data-entry")
    page.drag_and_drop(row(page, 1, 0), ".heat[data-heat='2'] h3")
    expect(page.locator(f".heat[data-heat='2'] [data-entry='{second}']")).to_be_visible()
    press(page, "この種目を編成し直す")
    with across_tenants():
        made = heats(race)
        assert (int(first or 0) in made[2], int(second or 0) in made[1]) == (True, True)
        assert SeedingPin.objects.count() == 2
    press(page, "元に戻す")
    press(page, "元に戻す")
    expect(page.locator(f".heat[data-heat='1'] [data-entry='{second}']")).to_be_visible()


def test_a_move_on_an_older_board_is_told(site: Site, open_page: OpenPage, aoki: User, race: Race) -> None:
    one, other = open_page(), open_page(meant=(409,))
    for page in (one, other):
        sign_in(page, site.address, aoki.email)
        page.goto(f"{site.address}/admin/entries/meet/{race.meet_id}/programme/")
        if page is one:
            press(page, "全種目を編成する")
    for page, heat in ((one, "2"), (other, "3")):
        page.locator(f"{row(page, 1, 1)} >> input").check()
        page.locator("[name=heat]").fill(heat)
        press(page, "この組へ移す")
    expect(other.locator(".notice--bad, .notice--error, .messages, .notice").first).to_contain_text(
        "さんが組を変更しました"
    )
