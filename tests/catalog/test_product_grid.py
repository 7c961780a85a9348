"""Products through the grid: workbooks, their sheets, columns named by hand, refused rows mended in place."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook

from catalog.importing import actions
from catalog.importing.models import HostColumns, ImportFile, ImportRun, RunState, Source
from catalog.models import MasterProduct
from tenants.files.csv_stream import encoding_of
from tenants.files.tables import write_xlsx
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tests.catalog.test_import_pages import page_of, read
from tests.catalog.test_import_way import ADD, product_of, products, upload

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
    assert read(desk, page_of(run)).count("数式の値がファイルにありません") == 1
    desk.post(page_of(run), {"confirm": "1"})
    assert products() == [("nittai", "ASICS", "A-1", "風神", 24200), ("nittai", "ASICS", "A-2", "雷神", None)]


def test_a_formula_without_a_value_is_no_value_of_a_product(desk: Client) -> None:
    """Also in a column that becomes a further fact, until it is mended; a text that begins so is one."""
    rows = [
        ["ブランド", "型番", "商品名", "色"],
        ["A", "R-1", "=B1", "赤"],
        ["A", "R-2", "二", "=B1"],
        ["A", "=B1", "三"],
    ]
    upload(desk, workbook(("商品", rows)), "a.xlsx")
    run = last()
    assert (run.counts["new"], run.counts["rejected"]) == (0, 3)
    assert read(desk, page_of(run)).count("数式の値がファイルにありません") == 3
    texts = write_xlsx(rows[0], [["A", "R-1", "=B1"]], title="商品")
    upload(desk, texts, "a.xlsx")
    assert last().counts["new"] == 1


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


def test_the_headers_used_last_are_remembered(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_HEADERS", 2)
    for number in range(3):
        upload(desk, f"作り手{number},しな番,なまえ\r\nASICS,A-{number},風神\r\n")
        desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-1": "reference", "column-2": "name"})
    assert last().state == RunState.PREVIEWED
    assert HostColumns._base_manager.count() == 2


def test_refused_rows_are_mended_in_the_grid(desk: Client) -> None:
    upload(desk, "ブランド,型番,商品名,価格（円）,色\r\nA,R-1,一,100,赤\r\nA,,二,200,青\r\nA,R-3,三,たかい,緑\r\n")
    run = last()
    page = read(desk, page_of(run))
    assert 'name="mend-3-reference"' in page
    assert 'name="mend-2-reference"' not in page, "what is in order stays"
    assert "そのまま保存する列:" in page
    answer = desk.post(
        page_of(run), {"mend": "1", "mend-3-reference": "R-2", "mend-4-price_jpy": "たかい", "mend-2-name": "x"}
    )
    run.refresh_from_db()
    assert answer["Location"] == page_of(run)
    assert (run.counts["read"], run.counts["new"], run.counts["rejected"]) == (3, 2, 1)
    assert "画面で修正" in read(desk, page_of(run))
    desk.post(page_of(run), {"mend": "1", "mend-4-price_jpy": "￥300"})
    desk.post(page_of(run), {"confirm": "1"})
    assert [(reference, name, price) for _, _, reference, name, price in products()] == [
        ("R-1", "一", 100), ("R-2", "二", 200), ("R-3", "三", 300),
    ]  # fmt: skip
    assert (ImportFile._base_manager.get().rows, last().counts["rejected"]) == (None, 0)


def test_any_refused_row_can_be_mended_however_many_there_are(desk: Client) -> None:
    upload(desk, "ブランド,型番\r\n" + "A,\r\n" * 150 + "A,1\r\n")
    page = read(desk, page_of(last()))
    assert 'aria-current="true"><span class="big-number">150</span> 取り込めない行' in page, (
        "those to be mended come first"
    )
    assert 'name="mend-101-reference"' in page
    assert 'name="mend-102-reference"' not in page
    assert 'name="mend-151-reference"' in read(desk, page_of(last()) + "?state=refused&page=2")
    desk.post(page_of(last()), {"mend": "1", "mend-151-reference": "2"})
    assert (last().counts["new"], last().counts["rejected"]) == (2, 149)
    file = desk.get(page_of(last()).replace("change/", "rejected.csv")).content.decode()
    assert file.count("型番がありません") == 149


def test_a_row_with_other_cells_than_the_header_is_taken_once_somebody_looked_at_it(desk: Client) -> None:
    upload(desk, "ブランド,型番,商品名\r\nA,1\r\nA,2,x,y\r\n")
    assert "列の数が見出しと合いません（見出し3列、この行2列）" in read(desk, page_of(last()))
    desk.post(page_of(last()), {"mend": "1", "mend-2-name": "一"})
    desk.post(page_of(last()), {"confirm": "1"})
    assert products() == [("nittai", "A", "1", "一", None)]


def test_each_cell_is_shown_as_typed_and_as_read_with_what_changes(desk: Client, nittai: Tenant) -> None:
    product_of(nittai, "A-1", name="風神", price_jpy=100)
    product_of(nittai, "A-2", name="雷神")
    upload(desk, "ブランド,型番,商品名,価格（円）\r\nasics,ａ-1,風神,￥24200\r\nASICS,A-2,雷神,\r\nASICS,A-3,新,\r\n")
    page = re.sub(r"\s+", " ", read(desk, page_of(last())))
    assert '<span>￥24200</span> <span class="grid-read"><span aria-hidden="true">→ </span>24,200円</span>' in page
    assert "→ </span>A-1<" in page
    assert "<del>100円</del>" in page
    assert "ファイルの内容のある行: 3行 = 取り込めない行 0 + 新規 1 + 変更 1 + 変更なし 1。" in page
    changed = read(desk, page_of(last()) + "?state=changed").partition("<tbody>")[2].rpartition("<tbody>")[2]
    assert "￥24200" in changed
    assert "雷神" not in changed


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_a_paste_is_read_as_a_file_is(desk: Client, sign: str) -> None:
    body = "\r\n".join(
        ["夏の商品", HEADER[0] + sign + sign.join(HEADER[1:]), sign.join(["asics", "a-1", "14'05\"", "24200"])]
    )
    answer = desk.post(ADD, {"pasted": body})
    assert answer["Location"] == page_of(last())
    assert (last().source, last().file_name, last().counts["new"]) == (Source.PASTE, "貼り付け", 1)
    desk.post(page_of(last()), {"confirm": "1"})
    assert products() == [("nittai", "ASICS", "A-1", "14'05\"", 24200)]


def test_a_paste_that_is_not_understood_says_so_beside_its_field_and_is_named_by_hand(desk: Client) -> None:
    answer = desk.post(ADD, {"pasted": "作り手\tしな番\nASICS\tA-1\n"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search('id="id_pasted_error"><p class="error">[^<]*列が見つかりません', page)
    assert "作り手\tしな番" in page, "what was typed is kept"
    desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-1": "reference"})
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)


def test_the_same_table_comes_to_the_same_by_every_way(desk: Client) -> None:
    """Paste, CSV and workbook: equal rows, equal refusals."""
    rows = [
        HEADER,
        ["asics", "a-1", "風神", "24200"],
        ["ASICS", "", "名なし", "1"],
        ["ASICS", "A-1", "二度", ""],
        ["ASICS", "A-3", "三", "x"],
    ]
    texts = [sign.join(row) for sign in "," for row in rows]
    upload(desk, "\r\n".join(texts))
    upload(desk, workbook(("商品", rows)), "a.xlsx")
    desk.post(ADD, {"pasted": "\n".join("\t".join(row) for row in rows)})
    found = [
        [(row["g"]["n"], row["s"], row.get("k"), row.get("r")) for row in file.rows or ()]
        for file in ImportFile._base_manager.order_by("pk")
    ]
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
    assert [state for _, state, _, _ in found[0]] == ["new", "refused", "refused", "refused"]


def test_a_second_table_below_is_read_by_its_own_header(desk: Client, nittai: Tenant) -> None:
    product_of(nittai, "A-9", name="ある", price_jpy=5)
    rows = [HEADER, ["ASICS", "A-1", "一", 100], [], ["型番", "ブランド", "色"], ["A-9", "ASICS", "赤"]]
    upload(desk, workbook(("商品", rows)), "a.xlsx")
    assert (last().counts["read"], last().counts["new"], last().counts["changed"]) == (2, 1, 1)
    desk.post(page_of(last()), {"confirm": "1"})
    assert products() == [("nittai", "ASICS", "A-1", "一", 100), ("nittai", "ASICS", "A-9", "ある", 5)], (
        "no price is emptied"
    )


def test_mended_cells_stay_when_columns_are_named_anew_and_go_with_the_sheet(desk: Client) -> None:
    sheet = [["ブランド", "型番", "なまえ"], ["A", "", "一"], ["A", "R-2", "二"]]
    upload(desk, workbook(("春", sheet), ("夏", [*sheet, ["A", "R-3", "三"]])), "a.xlsx")
    desk.post(page_of(last()), {"mend": "1", "mend-2-reference": "R-1"})
    desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-1": "reference", "column-2": "name"})
    assert (last().counts["new"], last().counts["rejected"]) == (2, 0)
    desk.post(page_of(last()), {"sheet": "1"})
    assert (last().counts["new"], last().counts["rejected"]) == (2, 1)


def test_nothing_mended_is_said(desk: Client) -> None:
    upload(desk, "ブランド,型番\r\nA,\r\nA,1\r\n")
    answer = desk.post(page_of(last()), {"mend": "1"}, follow=True)
    assert "直した行がありません" in answer.content.decode()
    assert ImportRun._base_manager.count() == 1


def test_a_column_that_the_rows_table_lacks_cannot_be_typed_into(desk: Client) -> None:
    rows = [HEADER, ["ASICS", "A-1", "一", 100], ["ブランド", "型番"], ["ASICS", None]]
    upload(desk, workbook(("商品", rows)), "a.xlsx")
    page = read(desk, page_of(last()))
    assert 'name="mend-4-reference"' in page
    assert 'name="mend-4-price_jpy"' not in page
    answer = desk.post(page_of(last()), {"mend": "1", "mend-4-price_jpy": "5"}, follow=True)
    assert "直した行がありません" in answer.content.decode()


def test_a_file_counts_when_something_was_pasted_too(desk: Client) -> None:
    upload(desk, "ブランド,型番\r\nA,1\r\n", pasted="ブランド\t型番\nB\t2\nB\t3\n")
    assert (last().source, last().counts["new"]) == (Source.CSV, 1)


def test_what_was_shown_is_written_though_the_columns_were_named_anew_meanwhile(desk: Client) -> None:
    body = "ブランド,型番,商品名\r\nA,{},一\r\n"
    upload(desk, body.format(1))
    first = last()
    upload(desk, body.format(2))
    desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-1": "reference", "column-2": "category"})
    for run in (first, last()):
        desk.post(page_of(run), {"confirm": "1"})
    found = MasterProduct._base_manager.order_by("reference").values_list("reference", "name", "category")
    assert list(found) == [("1", "一", ""), ("2", "", "一")]


def test_a_header_in_the_middle_is_counted_as_one_and_no_product(desk: Client) -> None:
    upload(desk, "夏の商品\r\nブランド,型番\r\nA,1\r\nブランド,型番\r\nA,2\r\n")
    assert "ファイルの内容のある行: 2行" in read(desk, page_of(last()))
    assert "ほかに表題 1行、見出し 2行。" in read(desk, page_of(last()))


def test_a_sheet_without_rows_is_refused_and_another_can_be_chosen(desk: Client) -> None:
    upload(desk, workbook(("空", [HEADER]), ("夏", [HEADER, ["A", "R-1", "", 1]])), "a.xlsx")
    assert (last().state, last().refused["code"]) == (RunState.FAILED, "import_empty")
    desk.post(page_of(last()), {"sheet": "1"})
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)


def test_cells_that_are_merged_across_are_said(desk: Client) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for cells in (HEADER, ["ASICS", "A-1", "風神", None]):
        page.append(cells)
    page.merge_cells("C2:D2")
    out = io.BytesIO()
    book.save(out)
    upload(desk, out.getvalue(), "a.xlsx")
    shown = read(desk, page_of(last()))
    assert "右のセルと結合（値はこの列だけ）" in shown
    assert "左のセルと結合（値なし）" in shown


def test_a_product_file_in_the_encoding_of_mails_is_read_and_a_picture_named(desk: Client) -> None:
    upload(desk, "ブランド,型番,商品名\nA,R-1,風神\n".encode("iso2022_jp"), "a.csv")
    desk.post(page_of(last()), {"confirm": "1"})
    assert products() == [("nittai", "A", "R-1", "風神", None)]
    with pytest.raises(Refused) as refusal:
        encoding_of(b"\x89PNG\r\n\x1a\n" + b"x" * 90)
    assert refusal.value.code == "table_picture"
