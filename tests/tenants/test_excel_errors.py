"""A cell that shows an error of Excel is named as one at every door, and is never a name or a value."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from catalog.importing.models import ImportRun
from entries.entry.models import EntryUpload
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.files.formulas import error_in
from tenants.models import User
from tenants.scope import across_tenants
from tests.catalog.test_import_pages import page_of, read
from tests.catalog.test_import_way import upload
from tests.entries.entry.sheets import address

pytestmark = pytest.mark.django_db
ERRORS = ["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"]
SAID = "セルの値がExcelのエラー（{}）です。"


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def book(*rows: list[Any]) -> SimpleUploadedFile:
    made = Workbook()
    for cells in rows:
        made.worksheets[0].append(cells)
    out = io.BytesIO()
    made.save(out)
    return SimpleUploadedFile("a.xlsx", out.getvalue())


@pytest.mark.parametrize("error", ERRORS)
def test_only_the_errors_themselves_are_meant(error: str) -> None:
    refusal = error_in(f" {error} ")
    assert refusal is not None
    assert (refusal.code, refusal.data) == ("cell_error", {"error": error})
    for other in (f"{error} 様", error[1:], error.lower(), "", None, 5):
        assert error_in(other) is None


@pytest.mark.parametrize("error", ERRORS)
def test_an_athlete_is_not_called_so(coach: Client, kita: Team, error: str) -> None:
    """A column that nobody reads may hold one; the cell is mended in the grid, but not by another error."""
    header = ["氏名", "フリガナ", "性別", "生年月日", "備考"]
    rows = [[error, "スズキ イチロウ", "男", "2004/4/2"], ["鈴木 二郎", "スズキ ジロウ", "男", "2004/4/3", error]]
    there = coach.post(f"/teams/{kita.pk}/athletes/import", {"file": book(header, *rows)})["Location"]
    kept = RosterUpload.objects.get()
    assert [(one["s"], [reason[:2] for reason in one.get("r", [])]) for one in kept.rows] == [
        ("refused", [["name", "cell_error"]]), ("new", []),
    ]  # fmt: skip
    assert SAID.format(error) in coach.get(there).content.decode()
    for text, state in ((ERRORS[error == ERRORS[0]], "refused"), ("鈴木 一郎", "new")):
        coach.post(there, {"mend": "1", "mend-2-name": text})
        kept.refresh_from_db()
        assert kept.rows[0]["s"] == state


@pytest.mark.parametrize("place", range(5))
def test_an_entry_is_refused_by_any_cell_that_is_read(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], place: int
) -> None:
    """In a workbook and in a block that is pasted into the sheet, which takes no such row over."""
    header = ["氏名", "種目", "タイム", "自己ベスト", "ペースメーカー", "備考"]
    good = [runners[0].full_name, race.name, "14:30", "14:20", "", "#REF!"]
    bad = [runners[1].full_name, *good[1:]]
    bad[place] = "#N/A"
    there = coach.post(address(meet, "/upload"), {"file": book(header, good, bad)})["Location"]
    page = coach.get(there).content.decode()
    assert "2行 = 要修正 1 + 申し込めます 1" in page
    assert page.count(SAID.format("#N/A")) == 1
    with across_tenants():
        assert [row["refused"] != {} for row in EntryUpload.objects.get().rows] == [False, True]
    lines = "\n".join("\t".join(cells) for cells in (header, good, bad))
    found = coach.post(address(meet, "/paste"), {"pasted": lines}).json()
    assert [row["number"] for row in found["rows"]] == [2]
    assert [(row["number"], row["reason"].count("#N/A")) for row in found["left"]] == [(3, 1)]


@pytest.mark.parametrize("is_workbook", [True, False])
def test_a_product_is_not_made_of_it(client: Client, aoki: User, *, is_workbook: bool) -> None:
    """Not its key, not a field, not a further fact; said once for each cell."""
    client.force_login(aoki)
    rows = [
        ["A", "R-1", "#N/A", "赤"],
        ["A", "#REF!", "二", "青"],
        ["A", "R-3", "三", "#NAME?"],
        ["A", "R-4", "四", "白"],
    ]
    table = [["ブランド", "型番", "商品名", "色"], *rows]
    lines = "\r\n".join(",".join(cells) for cells in table)
    upload(client, book(*table).read() if is_workbook else lines, "a.xlsx" if is_workbook else "a.csv")
    run = ImportRun._base_manager.latest("pk")
    assert (run.counts["new"], run.counts["rejected"]) == (1, 3)
    assert read(client, page_of(run)).count("Excelのエラー") == 3
