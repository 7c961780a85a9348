"""The grid of a file or a paste of entries: what was typed and how it was read, nothing dropped, cells mended in place."""

import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from entries.entry.models import EntryUpload
from entries.entry.upload.actions import grid_in, read_anew
from entries.entry.upload.importer import Reader
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, ColumnMemory, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tests.conftest import race_of
from tests.entries.entry.sheets import address, entries, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*sheets: tuple[str, list[list[Any]]]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        page = book.create_sheet(title)
        for cells in rows:
            page.append(cells)
    return book


def upload(client: Client, meet: Meet, data: bytes, name: str = "a.xlsx") -> Any:
    return client.post(address(meet, "/upload"), {"file": SimpleUploadedFile(name, data)})


def pasted(client: Client, meet: Meet, *lines: str) -> Any:
    return client.post(address(meet, "/upload"), {"pasted": "\n".join(lines)})


def page_of(client: Client, answer: Any, query: str = "") -> str:
    assert answer.status_code == 303, answer.content.decode()
    page: str = client.get(answer["Location"] + query).content.decode()
    return page


def kept() -> EntryUpload:
    with across_tenants():
        return EntryUpload.objects.latest("pk")


# What was typed and how it was read


def test_each_cell_is_shown_as_typed_and_as_read(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    answer = pasted(coach, meet, "氏名\t種目\tタイム", f"{runners[0].full_name}\t５０００\t15分30秒20")
    page = page_of(coach, answer)
    for typed, read in (("15分30秒20", "15:30.20"), ("５０００", "男子5000m")):
        assert f"<span>{typed}</span>" in page
        assert f'<span aria-hidden="true">→ </span>{read}</span>' in page
    assert "ファイルの内容のある行: 1行 = 要修正 0 + 申し込めます 1 + 変更なし 0。ほかに表題 0行、見出し 1行。" in page


def test_an_id_that_lost_its_zeros_is_padded_and_said(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    Athlete.objects.filter(pk=runners[0].pk).update(jaaf_id="00012345678")
    page = page_of(coach, pasted(coach, meet, "JAAF ID\t種目", "12345678\t男子5000m"))
    assert "JAAF IDの先頭の0を補いました" in page
    assert "→ </span>00012345678</span>" in page


def test_an_entry_that_stands_already_is_unchanged_and_another_time_is_refused(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    send(coach, meet, None, [row(one, race) for one in runners[:2]])
    lines = [
        f"{one.full_name}\t男子5000m\t{time}"
        for one, time in zip(runners, ("14:30.00", "14:20", "14:40"), strict=False)
    ]
    there = pasted(coach, meet, "氏名\t種目\tタイム", *lines)["Location"]
    page = coach.get(there).content.decode()
    assert "3行 = 要修正 1 + 申し込めます 1 + 変更なし 1。" in page
    assert page.count("に申込済みです") == 2
    coach.post(there)
    assert len(entries()) == 3


# Shapes of trouble: shown, never dropped


def test_a_merged_race_stands_for_the_rows_below_it(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    book = book_of(("申込", [["氏名", "種目"], *[[one.full_name, ""] for one in runners[:3]]]))
    book["申込"]["B2"] = "男子5000m"
    book["申込"].merge_cells("B2:B4")
    page = page_of(coach, upload(coach, meet, saved(book)))
    assert "3件を申し込む" in page
    assert page.count("結合セルの値") == 2


def test_a_race_merged_across_the_time_is_taken_for_the_race_alone(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    book = book_of(("申込", [["氏名", "種目", "タイム"], *[[one.full_name, "男子5000m", ""] for one in runners[:2]]]))
    book["申込"].merge_cells("B2:C2")
    page = page_of(coach, upload(coach, meet, saved(book)))
    assert "2件を申し込む" in page
    assert page.count("右のセルと結合（値はこの列だけ）") == 1
    assert page.count("左のセルと結合（値なし）") == 1


def test_hidden_rows_and_columns_are_read_and_marked(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    book = book_of(("申込", [["氏名", "種目"], *[[one.full_name, "5000m"] for one in runners[:2]]]))
    book["申込"].row_dimensions[3].hidden = True
    book["申込"].column_dimensions["B"].hidden = True
    page = page_of(coach, upload(coach, meet, saved(book)))
    assert page.count("非表示の行") == 1
    assert "非表示の列も読み取りました: 種目" in page
    assert "2件を申し込む" in page


def test_a_second_table_below_is_read_by_its_own_header(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    one, two, three = runners[:3]
    rows = [
        ["第327回 申込"], [], ["氏名", "種目", "タイム"], [one.full_name, "5000m", "15:00"], [],
        ["種目", "タイム", "氏名"], ["5000m", "15:10", two.full_name], ["備考", "", three.full_name],
    ]  # fmt: skip
    there = upload(coach, meet, saved(book_of(("申込", rows))))["Location"]
    page = coach.get(there).content.decode()
    assert "3行 = 要修正 1 + 申し込めます 2 + 変更なし 0。ほかに表題 1行、見出し 2行。" in page
    assert "「備考」という種目は" in page
    coach.post(there)
    assert entries() == [(one.pk, race.pk, 90_000), (two.pk, race.pk, 91_000)]


def test_rows_without_a_header_speak_for_themselves(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    other = race_of(meet, "男子10000m", distance_m=10_000)
    lines = [
        f"1;{runners[0].full_name};5,000m;15:00;14:50",
        f"2;{runners[1].family_name};{runners[1].given_name};男10000;30:00.00",
        f"3;{runners[2].full_name};15:20",
        "4;山田 太郎;5,000m;15:20",
        "5;メモ",
    ]
    there = pasted(coach, meet, *lines)["Location"]
    page = coach.get(there).content.decode()
    assert "5行 = 要修正 2 + 申し込めます 2 + 変更なし 1。" in page
    assert "「山田 太郎」は名簿にいません" in page
    coach.post(there)
    assert entries() == [(runners[0].pk, race.pk, 90_000), (runners[1].pk, other.pk, 180_000)]


def test_a_header_that_nobody_knows_is_not_taken_for_a_row(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    answer = pasted(coach, meet, "記録会", "選手漢字\t出る種目", f"{runners[0].full_name}\t5000m")
    assert "1行 = 要修正 0 + 申し込めます 1 + 変更なし 0。ほかに表題 1行、見出し 1行。" in page_of(coach, answer)


# Sheets and columns


def test_the_likely_sheet_is_read_and_another_can_be_chosen(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    first = [["5000m申込"], ["氏名", "種目"], [runners[0].full_name, "5000m"]]
    second = [["氏名", "種目"], *[[one.full_name, "5000m"] for one in runners[1:3]]]
    book = book_of(("説明", [["この表に入力"]]), ("男子", first), ("追加", second))
    there = upload(coach, meet, saved(book))["Location"]
    page = coach.get(there).content.decode()
    assert "1件を申し込む" in page
    assert re.findall(r'name="sheet" value="(.)"\s+class="[^"]*"( aria-pressed="true")?', page) == [
        ("0", ""), ("1", ' aria-pressed="true"'), ("2", ""),
    ]  # fmt: skip
    for sheet in ("9" * 5_000, "x", "2"):
        assert coach.post(there, {"sheet": sheet}).status_code == 303
    assert "2件を申し込む" in coach.get(there).content.decode()
    coach.post(there)
    assert [athlete for athlete, _, _ in entries()] == [one.pk for one in runners[1:3]]
    assert kept().content is None


def test_columns_are_named_by_hand_and_remembered(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], minami: Team, chiba: User
) -> None:
    lines = ["選手漢字\t出る種目\t目標", "誰か\tトラック\t15:00"]
    answer = pasted(coach, meet, *lines)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "見出しに「氏名」" in page
    for text in ("選手漢字", "出る種目", "15:00", 'name="column-2"'):
        assert text in page
    there = address(meet, f"/upload/{kept().pk}")
    assert coach.post(there, {"columns": "1", "column-0": "name"}).status_code == 303
    assert not ColumnMemory.objects.exists(), "not enough to read rows by"
    coach.post(there, {"columns": "1", "column-0": "name", "column-1": "race", "column-2": "seed_time"})
    assert "「誰か」は名簿にいません" in coach.get(there).content.decode()
    again = pasted(coach, meet, "選手 漢字\t出る種目\t目標", f"{runners[1].full_name}\t5000m\t15:10")
    assert "15:10" in page_of(coach, again)
    coach.post(again["Location"])
    assert entries() == [(runners[1].pk, race.pk, 91_000)]
    coach.force_login(chiba)
    assert pasted(coach, meet, *lines).status_code == 422, "another team has its own"


# Mending


def test_cells_are_mended_and_only_those_rows_are_read_again(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = ["約15分", "15:00", "15:10"]
    lines = [f"{one.full_name}\t5000m\t{time}" for one, time in zip(runners, times, strict=False)]
    there = pasted(coach, meet, "氏名\t種目\tタイム", *lines, "誰か\t5000m\t15:20")["Location"]
    page = coach.get(there).content.decode()
    assert 'name="mend-2-seed_time"' in page
    assert 'name="mend-3-seed_time"' not in page, "what is accepted is not typed into"
    read: list[int] = []
    whole = Reader.read

    def reading(self: Reader, row: Any, grid: Any) -> Any:
        read.append(row.number)
        return whole(self, row, grid)

    monkeypatch.setattr(Reader, "read", reading)
    posted = {
        "mend": "1",
        "mend-2-seed_time": "15:30.2",
        "mend-2-race": "5000m",
        "mend-5-name": "誰か",
        "mend-9-x": "?",
    }
    assert coach.post(there, posted).status_code == 303
    assert read == [2]
    page = coach.get(there).content.decode()
    assert "4行 = 要修正 1 + 申し込めます 3 + 変更なし 0。" in page
    assert "画面で修正" in page
    assert "→ </span>15:30.20</span>" in page
    coach.post(there)
    assert [time for _, _, time in entries()] == [93_020, 90_000, 91_000]


def test_a_race_that_is_missing_can_be_typed_in(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    there = pasted(coach, meet, "氏名\t種目\tタイム", f"{runners[0].full_name}\t\t15:00")["Location"]
    assert "種目が空欄です" in coach.get(there).content.decode()
    coach.post(there, {"mend": "1", "mend-2-race": "5000"})
    coach.post(there)
    assert entries() == [(runners[0].pk, race.pk, 90_000)]


def test_what_was_confirmed_is_not_mended(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    there = pasted(coach, meet, "氏名\t種目", f"{runners[0].full_name}\t5000m", "誰か\t5000m")["Location"]
    receipt = coach.post(there)["Location"]
    answer = coach.post(there, {"mend": "1", "mend-3-name": runners[1].full_name})
    assert answer["Location"] == receipt
    assert len(entries()) == 1
    with (
        across_tenants(),
        pytest.raises(Refused, match="upload_sent"),
    ):  # of two presses at once the later one comes here
        read_anew(kept(), grid_in(kept()), [])


def test_another_teams_grid_is_neither_mended_nor_read(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], minami: Team, chiba: User
) -> None:
    there = pasted(coach, meet, "氏名\t種目", "誰か\t5000m")["Location"]
    coach.force_login(chiba)
    for body in ({"mend": "1", "mend-2-name": "x"}, {"sheet": "0"}, {"columns": "1"}):
        assert coach.post(there, body).status_code == 404
    assert kept().rows[0]["who"] == "誰か"


ODD = [
    {"sheet": "9" * 40}, {"sheet": "x"}, {"columns": "1", "column-0": "nonsense"},
    {"mend": "1", "mend-x-name": "a", "mend-99-race": "b"}, {"mend": "1", f"mend-{'9' * 5_000}-name": "a"},
]  # fmt: skip


@pytest.mark.parametrize("body", ODD)
def test_the_grid_stands_odd_posts(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], body: dict[str, str]
) -> None:
    there = pasted(coach, meet, "氏名\t種目", f"{runners[0].full_name}\t5000m")["Location"]
    assert coach.post(there, urlencode(body), "application/x-www-form-urlencoded").status_code == 303
    assert "1件を申し込む" in coach.get(there).content.decode()


def test_a_long_file_is_paged_and_begins_with_what_is_refused(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    lines = [f"{runners[0].full_name}\t5000m", *["誰か\t5000m"] * 150, *[runners[1].full_name] * 60]
    there = pasted(coach, meet, "氏名\t種目", *lines)["Location"]
    page = coach.get(there).content.decode()
    assert page.count('class="is-refused"') == 100
    assert "?state=refused&amp;page=2" in page
    assert coach.get(f"{there}?state=refused&page=2").content.decode().count('class="is-refused"') == 50
    assert coach.get(f"{there}?state=taken").content.decode().count('class="grid-who"') == 1
