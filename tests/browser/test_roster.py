"""Teams and rosters in a real browser: on a desktop, on a phone, and without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from entries.roster import actions
from entries.roster.models import Athlete, Team
from tenants.files.tables import write_csv
from tenants.models import User
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, overflow, sign_in, violations
from tests.conftest import athletes_of
from tests.site import Site

HEADER = ["姓", "名", "姓フリガナ", "名フリガナ", "性別", "生年月日", "学年"]
FILE = write_csv(
    HEADER,
    [["𠮷田", "神", "よしだ", "じん", "男", "H16.4.2", "1"], ["阿部", "花", "漢字", "ハナ", "?", "2004/4/2", "1"]],
)


@pytest.fixture(autouse=True)
def three(transactional_db: None, kita: Team) -> list[Athlete]:
    return athletes_of(kita, 3)


def choose(page: Page, address: str, name: str, data: bytes) -> None:
    """Go to the import page and send a file."""
    page.goto(f"{address}/teams/1/athletes/import".replace("/1/", f"/{Team.objects.get().pk}/"))
    page.set_input_files("[type=file]", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="内容を確認する").click()


def test_everyone_can_use_every_page(site: Site, open_page: OpenPage, kita: Team, baba: User) -> None:
    page = open_page()
    sign_in(page, site.address, "baba@example.com")
    team, athlete = f"/teams/{kita.pk}/", Athlete.objects.order_by("pk")[0]
    for path in (
        "/teams/", "/teams/new", team, f"{team}edit", f"{team}members/", f"{team}athletes/", f"{team}athletes/?q=none", f"{team}athletes/?show=left",
        f"{team}athletes/new", f"{team}athletes/{athlete.pk}/edit", f"{team}athletes/import",
    ):  # fmt: skip
        page.goto(site.address + path)
        assert faults(page, path) == []
    choose(page, site.address, "名簿.csv", FILE)
    page.wait_for_url("**/athletes/import/*/")
    assert faults(page) == []


def test_romaji_appears_while_kana_is_typed(site: Site, open_page: OpenPage, kita: Team) -> None:
    page = open_page()
    sign_in(page, site.address, "baba@example.com")
    page.goto(f"{site.address}/teams/{kita.pk}/athletes/new")
    page.get_by_label("名（フリガナ）").fill("じゅんぺい")
    expect(page.locator("[name=given_romaji]")).to_have_value("Jumpei")
    page.locator("[name=given_romaji]").fill("Junpei")
    page.get_by_label("名（フリガナ）").fill("じゅんぺえ")
    page.get_by_label("姓（フリガナ）", exact=True).fill("おおの")
    expect(page.locator("[name=family_romaji]")).to_have_value("Ono")
    expect(page.locator("[name=given_romaji]")).to_have_value("Junpei")


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_previewed_and_taken(site: Site, open_page: OpenPage, kita: Team, *, script: bool) -> None:
    page = open_page(script=script)
    sign_in(page, site.address, "baba@example.com")
    choose(page, site.address, "名簿.csv", FILE)
    page.wait_for_url("**/athletes/import/*/")
    expect(page.get_by_text("カタカナかひらがなで入力してください。")).to_be_visible()
    page.get_by_role("button", name="新規1名・変更0名を取り込む").click()
    page.wait_for_url("**/athletes/import/*/?state=refused")
    assert Athlete.objects.get(family_name="𠮷田").given_kana == "ジン"


@pytest.mark.parametrize("script", [True, False])
def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(
    site: Site, open_page: OpenPage, kita: Team, *, script: bool
) -> None:
    page = open_page(script=script, width=PHONE)
    sign_in(page, site.address, "baba@example.com")
    choose(page, site.address, "名簿.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    expect(page.locator("#id_file_error")).to_contain_text("古い形式")
    choose(page, site.address, "名簿.csv", FILE)
    page.wait_for_url("**/athletes/import/*/")


def test_a_member_is_removed_in_two_steps_without_a_script(
    site: Site, open_page: OpenPage, kita: Team, chiba: User, baba: User
) -> None:
    kita.memberships.create(user=chiba)
    page = open_page(script=False)
    sign_in(page, site.address, "baba@example.com")
    page.goto(f"{site.address}/teams/{kita.pk}/members/")
    page.get_by_text("外す chiba").click()
    page.get_by_role("button", name="chibaさんを外す").click()
    expect(page.get_by_role("status")).to_contain_text("メンバーから外しました")
    assert list(kita.memberships.values_list("user", flat=True)) == [baba.pk]


def test_an_invited_stranger_makes_an_account_and_is_in(
    site: Site, open_page: OpenPage, kita: Team, baba: User
) -> None:
    token = actions.invite(kita, email="new@example.com", by=baba, at=timezone.now()).token
    page = open_page(width=PHONE)
    page.goto(f"{site.address}/teams/join?token={token}")
    assert violations(page) == []
    page.get_by_label("氏名").fill("新田 花")
    for field in ("password", "again"):
        page.locator(f"[name={field}]").fill("Correct-Horse-12")
    page.get_by_role("button", name="アカウントを作成して参加する").click()
    expect(page.get_by_role("link", name="北大学")).to_be_visible()


def test_a_roster_of_nearly_2000_rows_is_previewed_and_taken(site: Site, open_page: OpenPage, kita: Team) -> None:
    rows = [[f"姓{n}", "名", "セイ", "メイ", "男", "2004/4/2", "1"] for n in range(1_997)]
    page = open_page()
    sign_in(page, site.address, "baba@example.com")
    choose(page, site.address, "名簿.csv", write_csv(HEADER, rows))
    page.wait_for_url("**/athletes/import/*/")
    page.get_by_role("button", name="新規1997名・変更0名を取り込む").click()
    page.wait_for_url(f"**/teams/{kita.pk}/athletes/")
    expect(page.get_by_text("2000名")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_name_without_end_leaves_the_state_in_sight(site: Site, open_page: OpenPage, kita: Team, width: int) -> None:
    """100 letters without a space in a name, in a row that is good and in one that is refused."""
    page = open_page(width=width)
    sign_in(page, site.address, "baba@example.com")
    lines = [
        "氏名,フリガナ,性別,生年月日",
        f"{'W' * 40} 一郎,スズキ イチロウ,男,2004/4/2",
        f"{'W' * 99},スズキ ジロウ,男,2004/4/2",
    ]
    choose(page, site.address, "a.csv", "\n".join(lines).encode())
    page.wait_for_url("**/athletes/import/*/")
    for part in (*page.locator(".grid .chip").all(), *page.locator(".grid .error").all()):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
    assert overflow(page) == 0
