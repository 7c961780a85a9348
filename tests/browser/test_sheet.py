"""The entry sheet in a real browser: on a desk, on a phone, pasted from Excel, and on another device."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from entries.entry.models import Entry, SheetDraft, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team, TeamKind
from tenants.models import Tenant, User
from tenants.scope import across_tenants
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, overflow, sign_in, violations
from tests.conftest import PASSWORD, athletes_of, open_meet, race_of, team_of
from tests.site import Site

SHEET = "/meets/nittai/ld326/enter"
pytestmark = pytest.mark.usefixtures("twenty")


@pytest.fixture
def meet(transactional_db: None, nittai: Tenant) -> Meet:
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="みずほ銀行 1234567", contact_email="desk@example.com")
    return open_meet(nittai, payment_due_on=timezone.localdate() + timedelta(days=30))


@pytest.fixture
def races(meet: Meet) -> tuple[Race, Race]:
    return race_of(meet, places=15, position=1), race_of(
        meet, "男子10000m", distance_m=10_000, standard=190_000, position=2
    )


@pytest.fixture
def twenty(races: tuple[Race, Race], kita: Team) -> list[Athlete]:
    names = ["髙橋", "𠮷田", "山﨑", "小鳥遊"]
    runners = athletes_of(kita, 20)
    for n, runner in enumerate(runners):
        runner.family_name, runner.jaaf_id = names[n % 4], f"{n + 1:011}"
    Athlete.objects.bulk_update(runners, ["family_name", "jaaf_id"])
    return runners


@pytest.fixture
def desk(site: Site, open_page: OpenPage, baba: User) -> Page:
    return signed_in(site, open_page(width=DESKTOP), baba)


@pytest.fixture
def phone(site: Site, open_page: OpenPage, baba: User) -> Page:
    return signed_in(site, open_page(width=PHONE), baba)


def signed_in(site: Site, page: Page, user: User) -> Page:
    sign_in(page, site.address, user.email)
    page.goto(site.address + SHEET)
    return page


def paste(page: Page, field: str, text: str) -> None:
    """As Ctrl+V does it, without a clipboard."""
    page.locator(f"#{field}").focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def pasted(page: Page) -> str:
    """What the sheet says once the server has read what was pasted."""
    expect(page.locator("#sheet-said")).to_contain_text("貼り付けました")
    return page.locator("#sheet-said").inner_text()


def taken() -> list[tuple[int, str, int | None]]:
    with across_tenants():
        return list(Entry.objects.order_by("pk").values_list("athlete_id", "race__name", "seed_time"))


def drafted() -> list[dict[str, Any]]:
    with across_tenants():
        draft = SheetDraft.objects.first()
        return list(draft.rows) if draft else []


def receipt(page: Page) -> None:
    page.wait_for_url("**/orders/*/")
    assert violations(page) == []
    assert overflow(page) == 0


def test_a_coach_enters_20_athletes_in_two_races_at_a_desk(desk: Page, twenty: list[Athlete]) -> None:
    for race in ("男子5000m", "男子10000m"):
        if race == "男子10000m":
            for button in desk.locator("[data-add]:visible").all()[:20]:
                button.click()
        empty = desk.locator("tbody.athlete tr.line:not(.is-entered) select[name$=-race]")
        for _ in range(20):
            empty.first.select_option(label=race)
    times = desk.locator("tbody.athlete input[name$=-seed_time]")
    races = times.evaluate_all("times => times.map(time => time.closest('tr').querySelector('option:checked').label)")
    for place, race in zip(times.all(), races, strict=True):
        place.fill("14'30\"5" if "5000m" in race else "30.12.34")
    assert desk.locator("#sheet-count").inner_text() == "40件"
    assert desk.locator("#sheet-fee").inner_text() == "40,000円"
    assert desk.locator(".time__read").first.inner_text() == "14分30秒50"
    assert violations(desk) == []
    assert overflow(desk) == 0
    desk.get_by_role("button", name="40件を申し込む").dblclick()
    receipt(desk)
    assert len(taken()) == 40
    assert {(race, time) for _, race, time in taken()} == {("男子5000m", 87_050), ("男子10000m", 181_234)}
    with across_tenants():
        assert Submission.objects.count() == 1
    assert desk.locator("[data-state=accepted]").count() == 35
    assert [part.get_attribute("data-position") for part in desk.locator("[data-state=waitlisted]").all()] == list(
        "12345"
    )


def test_a_coach_enters_20_athletes_in_two_races_on_a_phone(phone: Page, twenty: list[Athlete]) -> None:
    assert overflow(phone) == 0
    for athlete in twenty:
        card = phone.locator(f"tbody[data-athlete='{athlete.pk}']")
        card.locator("select[name$=-race]").select_option(label="男子5000m")
        card.locator("input[name$=-seed_time]").fill("14.30.5")
        card.locator(".line__open").click()
        assert phone.locator("tbody.athlete:not(.is-closed)").count() == 1
        card.locator("[data-add]").click()
        card.locator("select[name$=-race]").nth(1).select_option(label="男子10000m")
        card.locator("input[name$=-seed_time]").nth(1).fill("30:00")
    box = phone.locator("#sheet-send").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert violations(phone) == []
    assert overflow(phone) == 0
    phone.get_by_role("button", name="40件を申し込む").click()
    receipt(phone)
    assert len(taken()) == 40


def test_a_block_from_excel_finds_its_athletes(desk: Page, twenty: list[Athlete]) -> None:
    lines = [
        "氏名\t種目\tタイム\tPB",
        f"{twenty[3].full_name}\t男子5000m\t14:31.20\t14'20\"11",
        f"{twenty[4].jaaf_id.lstrip('0').zfill(11)}\t男子１００００ｍ\t30.12.5",
        f"{twenty[3].full_name}\t男10000\t31:00",
        "山田 太郎\t男子5000m\t15:00",
        f"{twenty[5].full_name}\t男子マラソン\t2:20:00",
    ]
    paste(desk, "id_rows-0-race", "\r\n".join(lines) + "\r\n")
    said = pasted(desk)
    assert "3件を貼り付けました。内容のある行: 5行 = 入力 3 + 種目が空欄 0 + 入れられない行 2。" in said
    assert "5. 山田 太郎 男子5000m 15:00: 「山田 太郎」は名簿にいません" in said
    assert "男子マラソン 2:20:00: 「男子マラソン」という種目は" in said
    assert desk.locator("#sheet-count").inner_text() == "3件"
    desk.locator("#sheet-send").click()
    receipt(desk)
    assert set(taken()) == {
        (twenty[3].pk, "男子5000m", 87_120), (twenty[4].pk, "男子10000m", 181_250), (twenty[3].pk, "男子10000m", 186_000),
    }  # fmt: skip


def test_a_pasted_time_never_goes_into_another_race(desk: Page, twenty: list[Athlete]) -> None:
    """Times of a race that this meet has not would stand in the race that is chosen already."""
    fields = {n: desk.locator(f"tbody[data-athlete='{twenty[n].pk}'] [name$=-race]") for n in (3, 7)}
    for race in fields.values():
        race.select_option(label="男子5000m")
    lines = [
        f"{twenty[3].full_name}\t3000m\t8:30.00",
        f"{twenty[4].full_name}\t5000m\t14:30.00",
        f"{twenty[5].full_name}\t3\t北大学\t男10000\t30:00.00",
        f"{twenty[6].full_name}\t男子3000mSC\t9:00.00",
        f"{twenty[7].full_name}\t14:40.00",
    ]
    paste(desk, "id_rows-0-race", "\n".join(lines))
    said = pasted(desk)
    assert "3件を貼り付けました" in said
    assert "3000m 8:30.00: 「3000m」という種目は" in said
    assert "男子3000mSC 9:00.00: 「男子3000mSC」という種目は" in said
    for n in (3, 6):
        assert desk.locator(f"tbody[data-athlete='{twenty[n].pk}'] [name$=-seed_time]").input_value() == ""
    fields[3].select_option(value="")
    desk.locator("#sheet-send").click()
    receipt(desk)
    assert set(taken()) == {
        (twenty[4].pk, "男子5000m", 87_000), (twenty[5].pk, "男子10000m", 180_000), (twenty[7].pk, "男子5000m", 88_000),
    }  # fmt: skip


def test_a_column_of_times_goes_down_from_the_cursor(desk: Page) -> None:
    paste(desk, "id_rows-2-seed_time", "14:01\n\n14:03")
    values = [desk.locator(f"#id_rows-{n}-seed_time").input_value() for n in range(6)]
    assert values == ["", "", "14:01", "", "14:03", ""]


def test_enter_moves_down_a_column_and_sends_nothing(desk: Page) -> None:
    desk.locator("#id_rows-0-seed_time").fill("14:30")
    for _ in range(2):
        desk.keyboard.press("Enter")
    desk.keyboard.type("14:32")
    assert desk.locator("#id_rows-2-seed_time").input_value() == "14:32"
    desk.keyboard.press("Shift+Tab")
    assert desk.evaluate("document.activeElement.id") == "id_rows-2-race"
    assert desk.url.endswith(SHEET)


def test_what_the_rules_will_say_is_said_beside_the_row(desk: Page, twenty: list[Athlete]) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子10000m")
    hint = desk.locator("#rows-0-hint")
    assert "参加標準記録（31:40.00）があるため" in hint.inner_text()
    desk.locator("#id_rows-0-seed_time").fill("31:40.01")
    assert (
        hint.inner_text()
        == "参加標準記録は31:40.00です。申告タイム31:40.01では申し込めません。別の種目を選んでください。"
    )
    assert "要確認 1件" in desk.locator("#sheet-missing").inner_text()
    desk.locator("#id_rows-0-seed_time").fill("31:40.00")
    assert hint.inner_text() == ""
    desk.locator("#id_rows-1-seed_time").fill("14:75")
    assert desk.locator("#id_rows-1-seed_time").get_attribute("aria-invalid") == "true"


def test_a_draft_goes_on_on_another_device(site: Site, open_page: OpenPage, desk: Page, baba: User) -> None:
    desk.locator("#id_rows-1-race").select_option(label="男子5000m")
    desk.locator("#id_rows-1-seed_time").fill("約15分")
    desk.get_by_text("下書き保存済み").wait_for()
    phone = signed_in(site, open_page(width=PHONE), baba)
    assert phone.locator("#id_rows-1-seed_time").input_value() == "約15分"
    phone.locator(".line__open").nth(1).click()
    phone.locator("#id_rows-1-seed_time").fill("15:00")
    phone.get_by_text("下書き保存済み").wait_for()
    assert [row["seed_time"] for row in drafted()] == ["15:00"]
    assert taken() == []


def test_a_device_that_is_behind_is_asked(site: Site, browser: Browser, desk: Page, baba: User) -> None:
    """In a context of its own: the refusal stands in the console as a failed request."""
    context = browser.new_context(locale="ja-JP")
    other = signed_in(site, context.new_page(), baba)
    desk.locator("#id_rows-0-seed_time").fill("14:11")
    desk.get_by_text("下書き保存済み").wait_for()
    other.locator("#id_rows-0-seed_time").fill("14:22")
    other.get_by_text("別の端末または別の人が先に更新しました").wait_for()
    assert [row["seed_time"] for row in drafted()] == ["14:11"]
    assert violations(other) == []
    other.get_by_role("button", name="この内容で上書き").click()
    other.get_by_text("下書き保存済み").wait_for()
    assert [row["seed_time"] for row in drafted()] == ["14:22"]
    context.close()


def test_a_refused_sheet_leads_to_its_errors(site: Site, browser: Browser, baba: User) -> None:
    for width in (DESKTOP, PHONE):
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        page = signed_in(site, context.new_page(), baba)
        page.evaluate("document.getElementById('id_rows-3-race').selectedIndex = 1")
        page.evaluate("document.getElementById('id_rows-3-seed_time').value = '14:99'")
        page.locator("#sheet-send").click()
        page.locator("#errors").wait_for()
        assert page.evaluate("document.activeElement.id") == "errors"
        assert violations(page) == []
        assert overflow(page) == 0
        page.locator("#errors a").first.click()
        assert page.evaluate("document.activeElement.id") == "id_rows-3-seed_time"
        context.close()
    assert taken() == []


def test_searching_and_filling_one_race_for_all_who_are_shown(desk: Page, kita: Team) -> None:
    runs = (
        ("すず き", 20),
        ("ｽｽﾞｷ", 20),
        ("高橋", 5),
        ("山崎", 5),
        ("すすき", 0),
        ("suzuki ichi", 20),
        ("ichiro S", 20),
        ("吉田", 5),
    )
    for typed, found in runs:
        desk.locator("#sheet-find").fill(typed)
        assert desk.locator("tbody.athlete:visible").count() == found, typed
    desk.locator("#sheet-fill").select_option(label="男子5000m")
    desk.locator("#sheet-fill-go").click()
    assert desk.locator("#sheet-count").inner_text() == "5件"
    desk.locator("#sheet-find").fill("")
    assert desk.locator("tbody.athlete:visible").count() == 20


def test_without_a_script_the_sheet_drafts_and_enters(
    site: Site, open_page: OpenPage, baba: User, twenty: list[Athlete]
) -> None:
    page = signed_in(site, open_page(script=False, width=PHONE), baba)
    assert overflow(page) == 0
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator("#id_rows-0-seed_time").fill("14.05.32")
    page.get_by_role("button", name="下書き保存").click()
    page.get_by_text("下書きを保存しました").wait_for()
    page.locator("#id_rows-20-athlete").select_option(index=2)
    page.locator("#id_rows-20-race").select_option(label="男子10000m")
    page.locator("#id_rows-20-seed_time").fill("30:00")
    page.get_by_role("button", name="申し込む").click()
    page.wait_for_url("**/orders/*/")
    assert len(taken()) == 2
    withdraw_first(page)
    page.locator("[data-state=withdrawn]").wait_for()
    page.locator("[data-state=withdrawn] .menu > summary").click()
    page.get_by_role("button", name="取り消しを元に戻す").click()
    page.get_by_text("申込を元に戻しました").wait_for()
    page.locator(".menu > summary").first.click()
    page.get_by_role("link", name="種目を変更する").first.click()
    page.get_by_label("男子10000m").check()
    page.get_by_label("申告タイム").fill("30:00")
    page.get_by_role("button", name="この種目に変更する").click()
    page.get_by_text("に変更しました。出場できます。").wait_for()
    assert overflow(page) == 0


def withdraw_first(page: Page) -> None:
    """Opens the menu, is asked, and presses."""
    page.locator("[data-entry] .menu > summary").first.click()
    page.get_by_text("取り消す…").first.click()
    page.locator("[data-entry] button[name=withdraw]").first.click()


def test_withdrawing_asks_first_and_correcting_keeps_the_place(desk: Page, twenty: list[Athlete]) -> None:
    for n in range(16):
        desk.locator(f"#id_rows-{n}-race").select_option(label="男子5000m")
    desk.locator("#sheet-send").click()
    desk.get_by_role("button", name="タイムなしで申し込む").click()
    receipt(desk)
    menu = desk.locator("[data-entry] .menu").first
    menu.locator("summary").first.click()
    assert not desk.locator("[data-entry] button[name=withdraw]").first.is_visible()
    menu.get_by_text("取り消す…").click()
    desk.get_by_text("申込を取り消しますか").first.wait_for()
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert desk.locator("[data-state=withdrawn]").count() == 0
    menu.locator("summary").first.click()
    desk.locator("[data-entry] button[name=withdraw]").first.click()
    desk.locator("[data-state=withdrawn]").wait_for()
    assert desk.locator("[data-state=waitlisted]").count() == 0
    second = desk.locator("[data-entry]").nth(1)
    second.locator(".menu > summary").click()
    second.get_by_text("申告タイムを変更する").first.click()
    second.locator("input[name=seed_time]").fill("13分59秒9")
    second.get_by_role("button", name="申告タイムを変更する", exact=True).click()
    desk.get_by_text("13:59.90にしました").wait_for()
    desk.goto(desk.url.split("/orders/")[0] + SHEET + "/upload")
    assert violations(desk) == []
    desk.goto(desk.url.split("/meets/")[0] + f"/teams/{twenty[0].team_id}/orders/")
    assert violations(desk) == []


def end_session(page: Page) -> None:
    """As if two weeks had passed."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def test_when_the_session_has_ended_a_dialog_signs_in_on_the_spot_and_sends(
    site: Site, open_page: OpenPage, baba: User
) -> None:
    page = signed_in(site, open_page(meant=(401, 422)), baba)
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator("#id_rows-0-seed_time").fill("14:30")
    end_session(page)
    page.locator("#sheet-send").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("メールアドレス").wait_for()
    assert violations(page) == []
    assert dialog.get_by_label("メールアドレス").input_value() == baba.email
    dialog.get_by_label("パスワード").fill("wrong-Horse-12")
    dialog.get_by_role("button", name="サインインして送信する").click()
    dialog.get_by_role("alert").filter(visible=True).wait_for()
    dialog.get_by_label("パスワード").fill(PASSWORD)
    dialog.get_by_label("パスワード").press("Enter")
    receipt(page)
    assert [(race, time) for _, race, time in taken()] == [("男子5000m", 87_000)]


def test_without_a_script_the_sign_in_leads_back_to_the_filled_sheet(
    site: Site, open_page: OpenPage, baba: User
) -> None:
    page = signed_in(site, open_page(script=False), baba)
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator("#id_rows-0-seed_time").fill("14.05.32")
    end_session(page)
    page.get_by_role("button", name="申し込む").click()
    page.fill("[name=email]", baba.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.get_by_text("先ほどの送信は受け付けていません。入力した内容を戻しました").wait_for()
    assert page.locator("#id_rows-0-seed_time").input_value() == "14.05.32"
    page.get_by_role("button", name="申し込む").click()
    page.wait_for_url("**/orders/*/")
    assert len(taken()) == 1


def test_a_killed_browser_loses_no_keystroke(site: Site, open_page: OpenPage, baba: User) -> None:
    """What the device holds right after a keystroke is all that another browser finds: no event of leaving was heard, and
    nothing had reached the server."""
    page, again = signed_in(site, open_page(meant=(409, 422)), baba), open_page()
    page.route("**/draft", lambda route: route.fulfill(status=409, json={"error": "-", "version": 0}))
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator("#id_rows-0-seed_time").press_sequentially("14:3")
    on_device = page.evaluate("Object.entries(localStorage)")
    assert drafted() == []
    again.goto(f"{site.address}/auth/login")
    again.evaluate("items => items.forEach(([name, value]) => localStorage.setItem(name, value))", on_device)
    signed_in(site, again, baba)
    again.get_by_text("この端末に残っていた入力を戻しました").wait_for()
    assert again.locator("#id_rows-0-seed_time").input_value() == "14:3"
    assert again.locator("#sheet-count").inner_text() == "1件"
    again.locator("#id_rows-0-seed_time").fill("14:30")
    again.locator("#sheet-send").click()
    receipt(again)
    again.goto(site.address + SHEET)
    again.locator(".line__held").wait_for()
    assert again.evaluate("localStorage.length") == 0


def test_two_people_at_one_device_find_each_their_own(
    site: Site, open_page: OpenPage, baba: User, chiba: User, kita: Team
) -> None:
    Membership.objects.create(team=kita, user=chiba)
    page = signed_in(site, open_page(meant=(409, 422)), baba)
    page.route("**/draft", lambda route: route.fulfill(status=409, json={"error": "-", "version": 0}))
    page.locator("#id_rows-0-seed_time").fill("14:01.11")
    sign_in(page, site.address, chiba.email)
    page.goto(site.address + SHEET)
    assert page.locator("#id_rows-0-seed_time").input_value() == ""
    sign_in(page, site.address, baba.email)
    page.goto(site.address + SHEET)
    page.get_by_text("この端末に残っていた入力を戻しました").wait_for()
    assert page.locator("#id_rows-0-seed_time").input_value() == "14:01.11"


def test_what_another_device_saved_is_not_overwritten_but_offered(site: Site, open_page: OpenPage, baba: User) -> None:
    first, second = signed_in(site, open_page(meant=(409,)), baba), signed_in(site, open_page(), baba)
    first.route("**/draft", lambda route: route.fulfill(status=409, json={"error": "-", "version": 0}))
    first.locator("#id_rows-0-seed_time").fill("14:01.11")
    second.locator("#id_rows-1-seed_time").fill("14:02.22")
    second.get_by_text("下書き保存済み").wait_for()
    first.goto(site.address + SHEET)
    first.get_by_text("まだ送信していない入力が残っています").wait_for()
    assert first.locator("#id_rows-1-seed_time").input_value() == "14:02.22"
    first.get_by_role("button", name="この端末の入力に戻す").click()
    assert first.locator("#id_rows-0-seed_time").input_value() == "14:01.11"


def test_a_blank_time_is_asked_about_once(desk: Page) -> None:
    desk.locator("#id_rows-0-race").select_option(label="男子5000m")
    desk.locator("#sheet-send").click()
    question = desk.get_by_role("dialog")
    question.get_by_text("申告タイムが空欄の申込が1件あります").wait_for()
    assert violations(desk) == []
    question.get_by_role("button", name="タイムを入力する").click()
    assert desk.evaluate("document.activeElement.id") == "id_rows-0-seed_time"
    desk.locator("#sheet-send").click()
    question.get_by_role("button", name="タイムなしで申し込む").click()
    receipt(desk)
    assert [time for *_, time in taken()] == [None]


def test_a_network_that_is_away_loses_nothing(site: Site, open_page: OpenPage, baba: User) -> None:
    page = signed_in(site, open_page(meant=(422,)), baba)
    page.locator("#id_rows-0-race").select_option(label="男子5000m")
    page.locator("#id_rows-0-seed_time").fill("14:30")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('away')); }")
    page.locator("#sheet-send").click()
    page.get_by_text("通信エラーのため送信できませんでした").wait_for()
    assert page.locator("#id_rows-0-seed_time").input_value() == "14:30"
    page.reload()
    page.locator("#sheet-send").click()
    receipt(page)


def test_a_laptop_shows_twelve_athletes_on_one_left_edge(desk: Page) -> None:
    desk.set_viewport_size({"width": 1280, "height": 800})
    foot = desk.locator("#sheet-foot").bounding_box()
    boxes = [row.bounding_box() for row in desk.locator("tbody.athlete tr.line").all()]
    assert foot is not None
    whole = [box for box in boxes if box and box["y"] + box["height"] <= foot["y"] + 1]
    assert len(whole) >= 12
    assert all(box["height"] <= 42 for box in whole)
    edges = [
        desk.locator(part).first.bounding_box() for part in (".site-head__name", "h1", ".sheet-tools", ".line .who")
    ]
    assert {round(edge["x"]) for edge in edges if edge} == {16}


def test_who_enters_alone_fills_in_a_form_with_labels_at_every_width(
    site: Site, open_page: OpenPage, chiba: User, races: tuple[Race, Race]
) -> None:
    [me] = athletes_of(team_of(chiba, "千葉 花", TeamKind.INDIVIDUAL), 1)
    page = signed_in(site, open_page(width=DESKTOP), chiba)
    assert faults(page, "alone") == []
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    labels = page.locator("tr.line >> nth=0 >> td[data-label]").evaluate_all(
        "cells => cells.map((cell) => getComputedStyle(cell, '::before').content)"
    )
    assert labels[:3] == ['"種目"', '"申告タイム"', '"自己ベスト"']
    page.locator("[name=rows-0-race]").select_option(label="男子5000m")
    page.locator("[name=rows-0-seed_time]").fill("14:05.32")
    page.locator("#sheet-send").click()
    receipt(page)
    assert taken() == [(me.pk, "男子5000m", 84_532)]
