"""Start lists and papers in a browser: found on a phone, clean at both widths, printed from the desk."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from entries.heat.actions import seed_heats
from entries.meet.actions import move_state
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.roster.models import Team
from tenants.models import User
from tenants.scope import tenant_scope
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, sign_in
from tests.conftest import race_of
from tests.entries.heat.casts import enter
from tests.site import Site


@pytest.fixture
def race(meet: Meet, kita: Team, minami: Team, aoki: User, now: datetime) -> Race:
    """Ten runners of two teams in heats of four, and their lists are out."""
    with tenant_scope(meet.tenant_id):
        Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
        meet.refresh_from_db()
        race = race_of(meet, starters_per_heat=4)
        enter(race, kita, [90_000 + n * 100 for n in range(6)], now)
        enter(race, minami, [90_050 + n * 100 for n in range(4)], now)
        seed_heats(meet=meet, by=None, at=now)
        TimetableSlot.objects.create(tenant_id=race.tenant_id, race=race, number=1, starts_at=now + timedelta(days=3))
        move_state(meet=meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    return race


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_coach_finds_the_starts_of_the_team(
    site: Site, open_page: OpenPage, baba: User, race: Race, width: int
) -> None:
    page = open_page(width=width)
    page.goto(f"{site.address}/meets/nittai/ld326/")
    page.get_by_role("link", name="スタートリストを見る").click()
    expect(page.locator("[data-start]")).to_have_count(10)
    assert faults(page) == []
    page.get_by_label("氏名・フリガナ・チーム・ナンバーカード").fill("南")
    page.keyboard.press("Enter")
    expect(page.locator("[data-start]")).to_have_count(4)
    page.get_by_role("link", name="この組の全員").first.click()
    expect(page.locator("h3:target")).to_be_in_viewport()
    page.locator(".start__who a").first.click()
    expect(page.locator("[data-start]")).to_have_count(1)
    assert faults(page) == []
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/ld326/start-lists/mine/")
    expect(page.locator(".start__why")).to_have_count(6)
    assert faults(page) == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_organizer_edits_the_starts_in_a_workbook(
    site: Site, open_page: OpenPage, aoki: User, race: Race, tmp_path: Path, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/entries/meet/{race.meet_id}/programme/")
    page.get_by_role("link", name="Excelで編集").click()
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Excelをダウンロード").click()
    download.value.save_as(tmp_path / "starts.xlsx")
    book: Any = load_workbook(tmp_path / "starts.xlsx")
    book.active["B2"], book.active["C3"] = 2, 9
    book.save(tmp_path / "edited.xlsx")
    page.get_by_label("ファイル").set_input_files(tmp_path / "edited.xlsx")
    page.get_by_role("button", name="違いを確認する").click()
    expect(page.get_by_text("10行 = 変更 1 + 変更なし 8 + 要修正 1")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="要修正の行を除いて1名の変更を反映する").click()
    expect(page.get_by_text("1名の変更を反映しました。")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_organizer_asks_for_a_paper(site: Site, open_page: OpenPage, aoki: User, race: Race, width: int) -> None:
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/entries/meet/{race.meet_id}/papers/")
    assert faults(page) == []
    page.get_by_role("button", name="作成する プログラム").click()
    expect(page.get_by_text("作成中")).to_be_visible()
    assert faults(page) == []
