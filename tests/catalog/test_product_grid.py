"""Products through the grid: workbooks, their sheets, columns named by hand, refused rows mended in place."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from catalog.importing.models import HostColumns, ImportFile, ImportRun, RunState
from tenants.models import Tenant, User
from tests.catalog.test_import_pages import page_of, read
from tests.catalog.test_import_way import ADD, products, upload

HEADER = ["ブランド", "型番", "商品名", "価格（円）"]


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def workbook(*sheets: tuple[str, list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        page = book.create_sheet(title)
        for cells in rows:
            page.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def last() -> ImportRun:
    run: ImportRun = ImportRun._base_manager.latest("pk")
    return run


def test_a_workbook_is_read_as_a_csv_is(desk: Client) -> None:
    rows = [
        ["2026年 商品"],
        [],
        HEADER,
        ["asics", "a-1", "風神", 24200],
        ["ASICS", "A-2", "雷神"],
        ["ASICS", None, "名なし", "=1+1"],
    ]
    upload(desk, workbook(("説明", [["x"]]), ("商品", rows)), "夏.xlsx")
    run = last()
    assert (run.state, run.counts["read"], run.counts["new"], run.counts["rejected"]) == (RunState.PREVIEWED, 3, 2, 1)
    assert "型番がありません" in read(desk, page_of(run))
    desk.post(page_of(run), {"confirm": "1"})
    assert products() == [("nittai", "ASICS", "A-1", "風神", 24200), ("nittai", "ASICS", "A-2", "雷神", None)]


def test_another_sheet_can_be_chosen(desk: Client) -> None:
    first, second = ([HEADER, ["A", f"R-{number}", "", 1]] for number in (1, 2))
    upload(desk, workbook(("春", first), ("夏", second)), "a.xlsx")
    page = read(desk, page_of(last()))
    assert 'name="sheet" value="1"' in page
    assert desk.post(page_of(last()), {"sheet": "1"}).status_code == 303
    desk.post(page_of(last()), {"confirm": "1"})
    assert [reference for _, _, reference, _, _ in products()] == ["R-2"]
    desk.post(page_of(last()), {"sheet": "0"})
    assert last().state == RunState.DONE


def test_columns_are_named_by_hand_and_remembered_by_the_host(
    desk: Client, nittai: Tenant, chuo: Tenant, doi: User
) -> None:
    body = "作り手,しな番,なまえ,メモ\r\nASICS,A-1,風神,赤\r\n"
    answer = upload(desk, body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "「ブランド」と「型番」の列が見つかりません" in page
    assert 'name="column-3"' in page
    assert f'action="{page_of(last())}"' in page
    desk.post(page_of(last()), {"columns": "1", "column-2": "name"})
    assert not HostColumns._base_manager.exists()
    desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-1": "reference", "column-2": "name"})
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)
    assert upload(desk, body.replace("A-1", "A-2").replace("作り手", "作り 手")).status_code == 303
    desk.post(page_of(last()), {"confirm": "1"})
    assert products() == [("nittai", "ASICS", "A-2", "風神", None)]
    desk.force_login(doi)
    assert upload(desk, body).status_code == 422, "another host has its own"


def test_refused_rows_are_mended_in_place_and_read_by_themselves(desk: Client) -> None:
    upload(desk, "ブランド,型番,商品名,価格（円）,色\r\nA,R-1,一,100,赤\r\nA,,二,200,青\r\nA,R-3,三,たかい,緑\r\n")
    first = last()
    page = read(desk, page_of(first))
    assert 'name="mend-3-1"' in page
    assert 'name="mend-2-1"' not in page
    answer = desk.post(page_of(first), {"mend": "1", "mend-3-1": "R-2", "mend-4-3": "たかい"})
    run = last()
    assert answer["Location"] == page_of(run) != page_of(first)
    assert (run.counts["read"], run.counts["new"], run.counts["rejected"]) == (1, 1, 0)
    for one in (first, run):
        desk.post(page_of(one), {"confirm": "1"})
    assert [(reference, name, price) for _, _, reference, name, price in products()] == [
        ("R-1", "一", 100), ("R-2", "二", 200),
    ]  # fmt: skip


def test_nothing_mended_is_said(desk: Client) -> None:
    upload(desk, "ブランド,型番\r\nA,\r\nA,1\r\n")
    answer = desk.post(page_of(last()), {"mend": "1"}, follow=True)
    assert "直した行がありません" in answer.content.decode()
    assert ImportRun._base_manager.count() == 1


def test_another_hosts_run_is_neither_read_nor_mended(desk: Client, doi: User) -> None:
    upload(desk, "x,y\r\nA,1\r\n")
    desk.force_login(doi)
    for body in ({"sheet": "0"}, {"columns": "1", "column-0": "brand", "column-1": "reference"}, {"mend": "1"}):
        assert desk.post(page_of(last()), body).status_code == 404
    assert last().state == RunState.FAILED


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "（.xls）は開けません"),
        (b"PK\x03\x04 a workbook", "a.xlsx", "読み取れません"),
        (workbook(("a", [HEADER, *[["A", f"{n}"] for n in range(5_020)]])), "a.xlsx", "行が多すぎます"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_beside_the_field(
    desk: Client, data: bytes, name: str, said: str
) -> None:
    answer = desk.post(ADD, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportFile._base_manager.exclude(content=b"").exists()


@pytest.mark.parametrize("body", [{"sheet": "99"}, {"sheet": "x"}, {"columns": "1", "column-0": "?"}])
def test_odd_choices_do_no_harm(desk: Client, body: dict[str, str]) -> None:
    upload(desk, "ブランド,型番\r\nA,1\r\n")
    assert desk.post(page_of(last()), body).status_code == 303
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)
