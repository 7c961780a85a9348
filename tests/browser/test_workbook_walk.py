"""A coach with a messy workbook has 20 athletes in two races, in as few requests and clicks as was promised."""

import pytest
from playwright.sync_api import Page, Request, expect

from entries.entry.models import Entry
from entries.meet.models import Meet
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.scope import across_tenants
from tests.browser.conftest import OpenPage, faults, sign_in
from tests.conftest import race_of
from tests.messy import ENTERED, RACES, RUNNERS, messy_workbook
from tests.site import Site

MOST_REQUESTS, MOST_CLICKS = 6, 10
WORKBOOK = {"name": "部.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": messy_workbook()}


@pytest.fixture
def races(meet: Meet) -> None:
    for name, metres in zip(RACES, (5_000, 10_000), strict=True):
        race_of(meet, name, distance_m=metres)


class Coach:
    """Somebody at a page whose clicks and requests are counted; what a page brings along, styles and the like, is not."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        self.requests: list[str] = []
        page.on("request", self._count)

    def _count(self, request: Request) -> None:
        if request.resource_type in ("document", "xhr", "fetch"):
            self.requests.append(f"{request.method} {request.url}")

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def choose(self, field: str) -> None:
        """A click on the field and one on the file."""
        self.clicks += 2
        self.page.set_input_files(field, WORKBOOK)  # type: ignore[arg-type]


@pytest.mark.parametrize("script", [True, False])
def test_a_messy_workbook_is_entered_from_the_meets_page(
    site: Site, open_page: OpenPage, meet: Meet, baba: User, kita: Team, races: None, *, script: bool
) -> None:
    page = open_page(script=script)
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/{meet.slug}/")
    page.wait_for_load_state("networkidle")
    coach = Coach(page)
    coach.click("link", "申し込む")
    coach.click("link", "Excel・CSVで申し込む")
    coach.choose("#id_file")
    coach.click("button", "確認画面へ")
    expect(page.get_by_text(f"名簿のシートから{RUNNERS}名加えて申し込みます")).to_be_visible()
    expect(page.locator("#grid-counted")).to_contain_text(f"42行 = 要修正 2 + 申し込めます {ENTERED} + 変更なし 0。")
    coach.click("button", f"{ENTERED}件を申し込む")
    page.wait_for_url("**/orders/*/")
    assert len(coach.requests) <= MOST_REQUESTS, coach.requests
    assert coach.clicks <= MOST_CLICKS
    with across_tenants():
        assert Entry.objects.count() == ENTERED
    assert Athlete.objects.filter(team=kita).count() == RUNNERS


def test_the_grid_is_clean_and_mended_with_the_keyboard(
    site: Site, open_page: OpenPage, meet: Meet, baba: User, kita: Team, races: None
) -> None:
    page = open_page()
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/{meet.slug}/enter/upload")
    page.set_input_files("#id_file", WORKBOOK)  # type: ignore[arg-type]
    page.get_by_role("button", name="確認画面へ").press("Enter")
    expect(page.get_by_role("heading", name="申込の確認")).to_be_visible()
    assert faults(page, "grid") == []
    page.locator("#mend-44-seed_time").fill("約15分")
    page.locator("#mend-44-race").fill("10000")
    page.locator("#mend-44-race").press("Enter")
    expect(page.locator("#mend-44-seed_time-error")).to_contain_text("タイムを読み取れません")
    assert faults(page, "mended") == []


def test_without_script_a_paste_on_the_sheet_leads_to_the_grid(
    site: Site, open_page: OpenPage, meet: Meet, baba: User, kita: Team, runners: list[Athlete], races: None
) -> None:
    page = open_page(script=False)
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/{meet.slug}/enter")
    page.locator("#sheet-paste summary").click()
    page.locator("#sheet-paste-text").fill(f"氏名\t種目\tタイム\n{runners[0].full_name}\t5000\t15分30秒20")
    page.get_by_role("button", name="確認画面で読み取る").click()
    expect(page.get_by_text("→ 15:30.20")).to_be_visible()
    page.get_by_role("button", name="1件を申し込む").click()
    page.wait_for_url("**/orders/*/")


def test_columns_are_named_by_hand_on_a_clean_page(
    site: Site, open_page: OpenPage, meet: Meet, baba: User, kita: Team, runners: list[Athlete], races: None
) -> None:
    page = open_page()
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/{meet.slug}/enter/upload")
    page.fill("#id_pasted", "選手漢字\t出る種目\n誰か\tトラック")
    page.get_by_role("button", name="確認画面へ").click()
    expect(page.get_by_role("heading", name="列の内容を選ぶ")).to_be_visible()
    assert faults(page, "columns") == []
    page.get_by_label("1 選手漢字").select_option(label="氏名")
    page.get_by_label("2 出る種目").select_option(label="種目")
    page.get_by_role("button", name="この対応で読み取る").click()
    expect(page.get_by_text("「誰か」は名簿にいません")).to_be_visible()
