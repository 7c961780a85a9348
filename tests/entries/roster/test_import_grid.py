"""The grid of a roster: columns named by hand, cells mended in place, what a file lacks typed in."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from entries.roster.importing import memory_actions
from entries.roster.models import Athlete, ColumnMemory, RosterUpload, Team
from tenants.files.grid import LONGEST_MENDED
from tenants.files.tables import write_xlsx
from tenants.models import User

pytestmark = pytest.mark.django_db
HEADER = "氏名\tフリガナ\t性別\t生年月日\tJAAF ID"


@pytest.fixture
def as_baba(client: Client, baba: User) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def door(kita: Team) -> str:
    return f"/teams/{kita.pk}/athletes/import"


def paste(client: Client, door: str, *lines: str) -> Any:
    return client.post(door, {"pasted": "\n".join(lines)})


def page_of(client: Client, answer: Any) -> str:
    assert answer.status_code == 303, answer.content.decode()
    page: str = client.get(answer["Location"]).content.decode()
    return page


def test_a_pasted_roster_is_read_as_a_file_is(as_baba: Client, door: str) -> None:
    answer = paste(as_baba, door, "2026年度 名簿", HEADER, "鈴木 一郎\tｽｽﾞｷ ｲﾁﾛｳ\t男\tH16.4.2\t12345678")
    page = page_of(as_baba, answer)
    for typed, read in (("H16.4.2", "2004-04-02"), ("12345678", "00012345678")):
        assert f"<span>{typed}</span>" in page
        assert f"→ </span>{read}</span>" in page
    assert "1行 = 取り込めない行 0 + 新規 1 + 変更 0 + 変更なし 0。ほかに表題 1行、見出し 1行。" in page
    as_baba.post(answer["Location"])
    assert Athlete.objects.get().jaaf_id == "00012345678"


@pytest.mark.parametrize(("typed", "code"), [("1234567", "00001234567"), ("123456", "")])
def test_an_id_that_lost_its_zeros_is_padded(as_baba: Client, door: str, typed: str, code: str) -> None:
    """A few digits are no ID that lost its zeros."""
    answer = paste(as_baba, door, HEADER, f"鈴木 一郎\tスズキ イチロウ\t男\t2004/4/2\t{typed}")
    as_baba.post(answer["Location"])
    assert [one.jaaf_id for one in Athlete.objects.all()] == [code][: bool(code)]


def formula_book() -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    titles = HEADER.replace("氏名", "姓\t名").split("\t")
    for cells in (
        titles,
        ["=1+1", "一郎", "スズキ イチロウ", "男", "2004/4/2"],
        [None, "二郎", "スズキ ジロウ", "男", "2004/4/3"],
    ):
        page.append(cells)
    page.merge_cells("A2:A3")
    page.append(["鈴木", "三郎", "スズキ サブロウ", "男", "2004/4/4", "", "=A1"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_formula_without_a_value_is_nobodys_name(as_baba: Client, door: str) -> None:
    """Nor where it is merged down; in a column that nobody reads it does no harm, and once it is mended it is read."""
    there = as_baba.post(door, {"file": SimpleUploadedFile("a.xlsx", formula_book())})["Location"]
    rows = RosterUpload.objects.get().rows
    assert [(one["s"], [reason[:2] for reason in one.get("r", [])]) for one in rows] == [
        ("refused", [["family_name", "cell_formula"]]), ("refused", [["family_name", "cell_formula"]]), ("new", []),
    ]  # fmt: skip
    assert "数式の値がファイルにありません" in as_baba.get(there).content.decode()
    sheet = load_workbook(io.BytesIO(as_baba.get(f"{there}refused.xlsx").content)).worksheets[0]
    assert "=1+1" not in [cell.value for row in sheet.iter_rows() for cell in row]
    as_baba.post(there, {"mend": "1", "mend-2-family_name": "鈴木"})
    assert [one["s"] for one in RosterUpload.objects.get().rows] == ["new", "refused", "new"]


def test_a_name_that_begins_as_a_formula_is_a_text(as_baba: Client, door: str) -> None:
    book = write_xlsx(HEADER.split("\t"), [["=鈴 一郎", "スズキ イチロウ", "男", "2004/4/2", ""]], title="名簿")
    as_baba.post(door, {"file": SimpleUploadedFile("a.xlsx", book)})
    assert [one["s"] for one in RosterUpload.objects.get().rows] == ["new"]


def test_what_is_refused_is_mended_in_place(as_baba: Client, door: str) -> None:
    lines = [
        "鈴木一郎\tスズキ イチロウ\t男\t2004/4/2\t", "佐藤 次郎\tサトウ ジロウ\t？\t2004/4/32\t",
        "田中 三郎\tタナカ サブロウ\t男\t2004/4/4\t",
    ]  # fmt: skip
    there = paste(as_baba, door, HEADER, *lines)["Location"]
    page = as_baba.get(there).content.decode()
    assert 'name="mend-2-name"' in page
    assert 'name="mend-4-name"' not in page
    assert "鈴木一郎" in page
    as_baba.post(there, {"mend": "1", "mend-2-name": "鈴木 一郎", "mend-3-sex": "男"})
    row = RosterUpload.objects.get()
    assert [(one["n"], one["s"]) for one in row.rows] == [(2, "new"), (3, "refused"), (4, "new")]
    assert [reason[:2] for reason in row.rows[1]["r"]] == [["birth_date", "athlete_birth_date"]]
    as_baba.post(there, {"mend": "1", "mend-3-birth_date": "2004/4/3"})
    as_baba.post(there)
    assert list(Athlete.objects.order_by("birth_date").values_list("family_name", "sex")) == [
        ("鈴木", "M"), ("佐藤", "M"), ("田中", "M"),
    ]  # fmt: skip


def test_what_a_file_lacks_is_typed_into_the_grid(as_baba: Client, door: str) -> None:
    there = paste(as_baba, door, "氏名\t性別\t生年月日", "鈴木 一郎\t男\t2004/4/2")["Location"]
    page = as_baba.get(there).content.decode()
    assert 'name="mend-2-family_kana"' in page
    as_baba.post(there, {"mend": "1", "mend-2-family_kana": "すずき", "mend-2-given_kana": "ｲﾁﾛｳ"})
    as_baba.post(there)
    assert Athlete.objects.get().full_kana == "スズキ イチロウ"


def test_what_is_typed_into_a_cell_is_cut(as_baba: Client, door: str) -> None:
    there = paste(as_baba, door, HEADER, "鈴木一郎\tスズキ イチロウ\t男\t2004/4/2\t")["Location"]
    as_baba.post(there, {"mend": "1", "mend-2-name": "x" * 100_000})
    assert len(RosterUpload.objects.get().rows[0]["grid"]["m"]["name"]) == LONGEST_MENDED


def test_what_was_taken_over_is_not_mended(as_baba: Client, door: str) -> None:
    lines = ["鈴木 一郎\tスズキ イチロウ\t男\t2004/4/2\t", "佐藤 次郎\tサトウ ジロウ\t？\t2004/4/3\t"]
    there = paste(as_baba, door, HEADER, *lines)["Location"]
    as_baba.post(there)
    page = as_baba.post(there, {"mend": "1", "mend-3-sex": "男"}, follow=True).content.decode()
    assert "このファイルはすでに取り込み済みです。" in page
    assert [one["s"] for one in RosterUpload.objects.get().rows] == ["new", "refused"]


def test_the_refused_rows_come_back_as_they_were_mended(as_baba: Client, door: str) -> None:
    there = paste(as_baba, door, HEADER, "鈴木一郎\tスズキ イチロウ\t？\t2004/4/2\t")["Location"]
    as_baba.post(there, {"mend": "1", "mend-2-name": "鈴木 一郎"})
    body = as_baba.get(f"{there}refused.xlsx").content
    again = as_baba.post(door, {"file": SimpleUploadedFile("again.xlsx", body)})
    assert "「男」か「女」" in page_of(as_baba, again)
    assert RosterUpload.objects.latest("pk").rows[0]["t"] == "鈴木 一郎" or "鈴木 一郎" in page_of(as_baba, again)


def test_columns_are_named_by_hand_and_remembered(as_baba: Client, door: str, kita: Team) -> None:
    lines = ["選手漢字\tよみがな\t男女の別\tうまれ", "鈴木 一郎\tすずき いちろう\t男\t2004/4/2"]
    answer = paste(as_baba, door, *lines)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_file_error"' in page
    assert 'name="column-3"' in page
    there = f"{door}/{RosterUpload.objects.get().pk}/"
    named = {"columns": "1", "column-0": "name", "column-1": "kana", "column-2": "sex", "column-3": "birth_date"}
    assert as_baba.post(there, {**named, "column-3": ""}).status_code == 303
    assert not ColumnMemory.objects.exists()
    as_baba.post(there, named)
    assert "新規1名" in as_baba.get(there).content.decode()
    assert paste(as_baba, door, *lines).status_code == 303
    assert ColumnMemory.objects.get().team == kita


def test_the_headers_used_last_are_remembered(kita: Team, minami: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_actions, "MOST", 2)
    roster, entries = ColumnMemory.Kind.ROSTER, ColumnMemory.Kind.ENTRIES
    first = timezone.now()
    for team, kind in ((kita, entries), (minami, roster)):
        memory_actions.remember(team, kind, key="other", columns={0: "name"}, at=first)
    for minutes, key in enumerate(("a", "b", "a", "c")):
        memory_actions.remember(kita, roster, key=key, columns={0: "name"}, at=first + timedelta(minutes=minutes))
    assert sorted(ColumnMemory.objects.values_list("key", flat=True)) == ["a", "c", "other", "other"]


def test_two_columns_of_one_kind_are_asked_about(as_baba: Client, door: str) -> None:
    lines = ["氏名\t名前\tフリガナ\t性別\t生年月日", "鈴木 一郎\tイチ\tスズキ イチロウ\t男\t2004/4/2"]
    answer = paste(as_baba, door, *lines)
    assert answer.status_code == 422
    assert "にあたる列が2つあります" in answer.content.decode()
    there = f"{door}/{RosterUpload.objects.get().pk}/"
    as_baba.post(
        there, {"columns": "1", "column-0": "name", "column-2": "kana", "column-3": "sex", "column-4": "birth_date"}
    )
    assert paste(as_baba, door, *lines).status_code == 303


def test_the_likely_sheet_is_read_and_another_can_be_chosen(as_baba: Client, door: str) -> None:
    book = Workbook()
    book.worksheets[0].append(["大会の案内"])
    for title, name in (("A", "鈴木 一郎"), ("B", "佐藤 次郎")):
        page = book.create_sheet(title)
        page.append(HEADER.split("\t"))
        page.append([name, "スズキ イチロウ", "男", "2004/4/2"])
    out = io.BytesIO()
    book.save(out)
    there = as_baba.post(door, {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})["Location"]
    assert "鈴木 一郎" in as_baba.get(there).content.decode()
    as_baba.post(there, {"sheet": "2"})
    as_baba.post(there)
    assert Athlete.objects.get().full_name == "佐藤 次郎"
    assert RosterUpload.objects.get().content is None
    as_baba.post(there, {"sheet": "1"})
    assert Athlete.objects.get().full_name == "佐藤 次郎"
