"""Tables come in within bounds and go out inert."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tenants import wording
from tenants.files import sheet_layout, sheets, tables, workbook_bounds
from tenants.files.tables import guarded, text_of, unguarded, write_csv, write_xlsx
from tenants.refusal import Refused
from tests.tables import Table, read_table

FORMULAS = [
    "=1+1",
    "+81-90-1234",
    "-",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋81",
    "－1",
    "＠x",
    " =1",
    "'=1",
    "''+1",
]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(data: bytes, name: str = "名簿.xlsx") -> Table:
    return read_table(io.BytesIO(data), name)


def code_of(data: bytes, name: str = "名簿.xlsx") -> str:
    with pytest.raises(Refused) as refused:
        read(data, name)
    assert wording.say(refused.value)
    return refused.value.code


def excel(*rows: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(name: str, content: bytes, base: bytes | None = None) -> bytes:
    """A workbook whose member `name` is replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or excel(["氏名"], ["鈴木"]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def sheet(inside: str, before: str = "") -> bytes:
    xml = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'
    return with_member("xl/worksheets/sheet1.xml", xml.encode())


# Reading


def test_excel_cells_come_as_they_stand() -> None:
    table = read(excel(["氏名", "日", "時", "数"], ["𠮷田", datetime(2004, 4, 2), time(0, 4, 12, 340000), 12345678901]))
    assert table.header == ["氏名", "日", "時", "数"]
    assert table.rows == [(2, ["𠮷田", datetime(2004, 4, 2), "0:04:12.34", 12345678901])]


def test_a_formula_without_a_value_is_shown_not_dropped() -> None:
    """As a program leaves it that writes formulas and works nothing out."""
    table = read(excel(["氏名", "タイム", "自己ベスト"], ["鈴木", "=B2&C2", None], ["佐藤", "14:05", "=1+"]))
    assert [cells for _, cells in table.rows] == [["鈴木", "=B2&C2", None], ["佐藤", "14:05", "=1+"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_of_every_encoding_and_delimiter_is_read(encoding: str, delimiter: str) -> None:
    data = f"氏名{delimiter}性別\r\n髙橋{delimiter}男\r\n".encode(encoding)
    assert read(data, "a.csv") == (["氏名", "性別"], [(2, ["髙橋", "男"])])


def test_kanji_are_never_normalised() -> None:
    names = ["神\ufa19", "羽\ufa1e", "髙橋", "山﨑", "𠮷田", "勞\uf92f"]
    for data, name in ((write_csv(["n"], [[n] for n in names]), "a.csv"), (excel(["n"], *[[n] for n in names]), "a")):
        assert [cells[0] for _, cells in read(data, name).rows] == names


def test_rows_keep_the_numbers_that_the_reader_sees() -> None:
    assert [number for number, _ in read(excel(["氏名"], ["a"], [None], ["b"])).rows] == [2, 4]
    assert [number for number, _ in read(b'n\n"a\nb"\n\nc\n', "a.csv").rows] == [2, 5]


def test_a_title_may_stand_above_the_header() -> None:
    data = excel(["2026年度 名簿"], [None], ["氏名", "性別"], ["鈴木", "男"])
    table = read_table(io.BytesIO(data), "a.xlsx", is_header=lambda titles: "氏名" in titles)
    assert table == (["氏名", "性別"], [(4, ["鈴木", "男"])])


def test_short_and_long_rows_are_as_wide_as_the_header() -> None:
    assert read(b"a,b\n1\n1,2,3\n", "a.csv").rows == [(2, ["1", None]), (3, ["1", "2"])]


def test_the_first_visible_sheet_counts() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["hidden"])
    sheet.sheet_state = "hidden"
    book.create_sheet().append(["氏名"])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).header == ["氏名"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (3, "3"),
        (3.0, "3"),
        (2.5, "2.5"),
        (1e400, "inf"),
        (datetime(2004, 4, 2, 0, 0), "2004-04-02"),
        (" a ", "a"),
    ],
)
def test_text_of_a_cell(cell: tables.Cell, text: str) -> None:
    assert text_of(cell) == text


# Refusing


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "table_empty"),
        (b"\n\n , \n", "a.csv", "table_empty"),
        (b"", "a.xlsx", "table_unreadable"),
        (b"PK\3\4 no zip", "a.xlsx", "table_unreadable"),
        (b"GIF89a\x00\xff\xfe", "a.csv", "table_picture"),
        (b"a,b\0\n", "a.csv", "table_unreadable"),
        (b'a,"b\n', "a.csv", "table_unreadable"),
        (b"\xff\xfe\x00\xd8a", "a.csv", "table_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "a.xls", "table_old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "table_encrypted"),
        (b"a" * (tables.MAX_BYTES + 1), "a.csv", "table_too_big"),
        (b"\n" * tables.MAX_BYTES, "a.csv", "table_rows"),
        (b"," * tables.MAX_BYTES, "a.csv", "table_columns"),
        (b"a\n" * (tables.MAX_ROWS + 100), "a.csv", "table_rows"),
        (b"," * tables.MAX_COLUMNS + b"a\n", "a.csv", "table_columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(data: bytes, name: str, code: str) -> None:
    assert code_of(data, name) == code


def test_macros_are_ignored_and_the_cells_are_read() -> None:
    data = with_member("xl/vbaProject.bin", b"x")
    assert [read(data, name).rows for name in ("a.xlsm", "a.xlsx")] == [[(2, ["鈴木"])]] * 2


STRICT = [
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
]  # fmt: skip


def strict(data: bytes) -> bytes:
    """The same workbook as "Strict Open XML"."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for known, other in STRICT:
                content = content.replace(known, other)
            new.writestr(name, content)
    return out.getvalue()


def test_a_process_reads_one_workbook_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever else wants to read one waits: each takes up to some 100 MB."""
    read = sheets._sheets_of
    alone: list[bool] = []

    def look(*args: Any) -> list[sheets.Sheet]:
        alone.append(sheets._ONE_AT_A_TIME.locked())
        return read(*args)

    monkeypatch.setattr(sheets, "_sheets_of", look)
    sheets.read_sheets(io.BytesIO(excel(["姓"], ["鈴木"])), "a.xlsx")
    assert alone == [True]
    assert not sheets._ONE_AT_A_TIME.locked()


def test_a_strict_workbook_is_read() -> None:
    data = strict(excel(["氏名", "日"], ["鈴木", datetime(2004, 4, 2)], [7, "=1+1"]))
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")
    assert read(data).rows == [(2, ["鈴木", datetime(2004, 4, 2)]), (3, [7, "=1+1"])]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, "table_ods"),
        ({"Index/Document.iwa": "x"}, "table_numbers"),
        ({"Index.zip": "x", "Metadata/Properties.plist": "x"}, "table_numbers"),
        ({"word/document.xml": "<x/>"}, "table_document"),
        ({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"}, "table_document"),
    ],
)
def test_other_programs_files_are_named_with_how_to_save_them(members: dict[str, str], code: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert code_of(out.getvalue()) == code


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"%PDF-1.7\n", "table_document"), (b"{\\rtf1\\ansi", "table_document"), (b"\x89PNG\r\n\x1a\n", "table_picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "table_picture"), (b"GIF89a\x01", "table_picture"), (b"\0\0\0\x18ftypheic", "table_picture"),
    ],
)  # fmt: skip
def test_a_document_or_a_picture_is_named_with_what_to_send_instead(start: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        sheets.read_sheets(io.BytesIO(start + b"a,b\n1,2\n"), "a.csv")
    assert refusal.value.code == code


def test_a_csv_in_the_encoding_of_mails_is_read_or_refused_and_never_garbage() -> None:
    data = "氏名,種目\n高橋 一郎,男子5000m\nｽｽﾞｷ,男子5000m\n".encode("iso2022_jp_ext")
    [page] = sheets.read_sheets(io.BytesIO(data), "a.csv")
    assert [row.cells for row in page.rows] == [["氏名", "種目"], ["高橋 一郎", "男子5000m"], ["ｽｽﾞｷ", "男子5000m"]]
    with pytest.raises(Refused) as refusal:
        sheets.read_sheets(io.BytesIO(data + b"\x1b$Bzz\x1b(B"), "a.csv")
    assert refusal.value.code == "table_unreadable"


def laid(**layout: Any) -> bytes:
    """A workbook with a title, a header and four rows, and with what `layout` says."""
    book = Workbook()
    page = book.worksheets[0]
    for row in (["記録会"], ["氏名", "種目"], ["鈴木", "5000m"], ["佐藤"], ["田中"], ["林", "1500m"]):
        page.append(row)
    for area in layout.get("merged", ()):
        page.merge_cells(area)
    for number in layout.get("rows", ()):
        page.row_dimensions[number].hidden = True
    for letter in layout.get("columns", ()):
        page.column_dimensions[letter].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheets_of(data: bytes) -> list[sheets.Sheet]:
    return sheets.read_sheets(io.BytesIO(data), "a.xlsx")


def test_a_merged_value_is_carried_down_and_said() -> None:
    """But not into a row that holds nothing else."""
    [page] = sheets_of(laid(merged=["B3:B5", "B6:B9"]))
    assert [row.cells for row in page.rows] == [
        ["記録会"], ["氏名", "種目"], ["鈴木", "5000m"], ["佐藤", "5000m"], ["田中", "5000m"], ["林", "1500m"],
    ]  # fmt: skip
    assert [row.notes for row in page.rows] == [{}, {}, {}, {1: "merged"}, {1: "merged"}, {}]


def test_merges_cover_a_bounded_number_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fit on a sheet only lie over each other."""
    monkeypatch.setattr(sheet_layout, "MOST_MERGED", 2)
    [page] = sheets_of(laid(merged=["B3:B5"]))
    assert [row.notes for row in page.rows if row.notes] == [{1: "merged"}]


def test_a_value_merged_across_stays_in_its_first_column_and_that_is_said() -> None:
    [page] = sheets_of(laid(merged=["A1:C1", "A4:B4"]))
    assert [row.cells for row in page.rows][3:5] == [["佐藤"], ["田中"]]
    assert [row.notes for row in page.rows] == [
        {0: "across", 1: "covered", 2: "covered"}, {}, {}, {0: "across", 1: "covered"}, {}, {},
    ]  # fmt: skip


def test_a_merge_over_nothing_is_not_worth_saying_and_one_without_end_is_cut_off() -> None:
    """Also where a program left a value in a cell that the merge covers: it stays."""
    book = Workbook()
    page = book.worksheets[0]
    for cells in (["氏名", "種目", "タイム"], ["鈴木", None, "14:30"], ["佐藤", "5000m", "14:40"], ["田中"]):
        page.append(cells)
    for area in ("B2:C2", "B3:C3", "A4:XFD4"):
        page.merged_cells.add(area)
    out = io.BytesIO()
    book.save(out)
    [found] = sheets_of(out.getvalue())
    assert [row.cells for row in found.rows[1:]] == [["鈴木", None, "14:30"], ["佐藤", "5000m", "14:40"], ["田中"]]
    assert [row.notes for row in found.rows[1:3]] == [{}, {1: "across"}]
    assert max(found.rows[3].notes) == tables.MAX_COLUMNS - 1


def test_a_block_of_merged_cells_is_carried_down_in_its_first_column_alone() -> None:
    book = Workbook()
    page = book.worksheets[0]
    for cells in (["組", "氏名", "種目"], ["A", None, "5000m"], [None, None, "1500m"]):
        page.append(cells)
    page.merge_cells("A2:B3")
    out = io.BytesIO()
    book.save(out)
    [found] = sheets_of(out.getvalue())
    assert [row.cells for row in found.rows[1:]] == [["A", None, "5000m"], ["A", None, "1500m"]]
    assert [row.notes for row in found.rows[1:]] == [{0: "across", 1: "covered"}, {0: "merged", 1: "covered"}]


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    [page] = sheets_of(laid(rows=[4], columns=["B"]))
    assert [row.number for row in page.rows if row.is_hidden] == [4]
    assert page.rows[3].cells == ["佐藤"]
    assert page.hidden_columns == {1}


def test_every_sheet_that_holds_anything_is_read() -> None:
    book = Workbook()
    book.worksheets[0].title = "空"
    for title, state in (("名簿", "visible"), ("控え", "hidden")):
        page = book.create_sheet(title)
        page.append(["氏名"])
        page.sheet_state = state
    out = io.BytesIO()
    book.save(out)
    assert [(one.title, len(one.rows), one.is_hidden) for one in sheets_of(out.getvalue())] == [
        ("名簿", 1, False), ("控え", 1, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("第327回 記録会\n氏名\t種目\n鈴木\t5000m\n", [["第327回 記録会"], ["氏名", "種目"], ["鈴木", "5000m"]]),
        ("氏名;種目\n鈴木;5,000m\n", [["氏名", "種目"], ["鈴木", "5,000m"]]),
        ('鈴木\t14\'05"32\n"佐藤\n一郎"\t"14"\n', [["鈴木", "14'05\"32"], ["佐藤\n一郎", "14"]]),
        ('鈴木\t"14', [["鈴木", '"14']]),
        ("鈴木", [["鈴木"]]),
    ],
)
def test_a_pasted_block_is_rows_of_cells(text: str, rows: list[list[str]]) -> None:
    assert [row.cells for row in sheets.read_pasted(text)[0].rows] == rows


def test_nothing_pasted_is_no_table() -> None:
    with pytest.raises(Refused, match="table_empty"):
        sheets.read_pasted(" \n\t\n")


def test_the_last_allowed_row_and_column_are_read() -> None:
    data = b"n\n" + b"a\n" * tables.MAX_ROWS
    assert len(read(data, "a.csv").rows) == tables.MAX_ROWS
    assert len(read(b"a," * (tables.MAX_COLUMNS - 1) + b"a", "a.csv").header) == tables.MAX_COLUMNS


def test_cut_and_flipped_workbooks_never_raise_anything_else() -> None:
    whole = excel(["氏名", "日"], ["鈴木", datetime(2004, 4, 2)])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    broken = [whole[:cut] for cut in range(0, len(whole), 499)]
    for name, content in members.items():
        middle = len(content) // 2
        broken += [
            with_member(name, content[:middle], whole),
            with_member(name, b"", whole),
            with_member(name, content.replace(b'"', b'"\xe3', 9), whole),
            with_member(name, content.replace(b"1", b"99999999999999999999"), whole),
            with_member(name, content.replace(b"sheet", b"x"), whole),
        ]
    for data in broken:
        try:
            read(data)
        except Refused as refusal:
            assert refusal.code.startswith("table_")  # noqa: PT017 (both outcomes are right, nothing else is)


# Bombs: each is built small, asks for much, and is refused before it gets it


def members(how_many: int) -> bytes:
    out = io.BytesIO(excel(["氏名"]))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(how_many):
            archive.writestr(f"{number}", b"")
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """The same archive, with the declared sizes of its members set to 10 bytes in the directory."""
    out = bytearray(data)
    at = out.find(b"PK\x01\x02")
    while at >= 0:
        out[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at = out.find(b"PK\x01\x02", at + 4)
    return bytes(out)


def entities() -> bytes:
    return sheet(
        '<row><c t="str"><v>' + "&a;" * 30_000 + "</v></c></row>", f'<!DOCTYPE x [<!ENTITY a "{"a" * 30_000}">]>'
    )


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "unpacks to 128 MiB": (lambda: with_member("xl/theme/x.xml", b" " * (128 << 20)), "table_too_complex"),
    "lies about its size": (lambda: lying(with_member("xl/theme/x.xml", b" " * (60 << 20))), "table_unreadable"),
    "one cell at XFD1048576": (lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "table_columns"),
    "one cell at A1048576": (lambda: sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "table_rows"),
    "a million cells in a row": (lambda: sheet("<row>" + "<c/>" * 1_000_000 + "</row>"), "table_too_complex"),
    "a million rows": (lambda: sheet("<row/>" * 1_000_000), "table_rows"),
    "quadratic entities": (entities, "table_too_complex"),
    "deep": (lambda: sheet("<a>" * 100_000 + "</a>" * 100_000), "table_too_complex"),
    "one text of 30 MiB": (lambda: sheet(f'<row><c t="str"><v>{"a" * (30 << 20)}</v></c></row>'), "table_too_complex"),
    "one attribute of 30 MiB": (lambda: sheet(f'<row><c r="{"A" * (30 << 20)}"/></row>'), "table_too_complex"),
    "40,000 members": (lambda: members(40_000), "table_too_complex"),
    "10,000 sheets": (
        lambda: with_member("xl/workbook.xml", f'<workbook xmlns="{MAIN}"><sheets>{"<sheet/>" * 10_000}</sheets></workbook>'.encode()),
        "table_too_complex",
    ),
    "a million shared texts": (
        lambda: with_member("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{"<si/>" * 1_000_000}</sst>'.encode()),
        "table_too_complex",
    ),
    "100,000 styles": (
        lambda: with_member("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><fonts>{"<font/>" * 100_000}</fonts></styleSheet>'.encode()),
        "table_too_complex",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    return folder


MEASURE = """
import json, resource, sys, django
django.setup()
from pathlib import Path
from tenants.refusal import Refused
from tenants.files.sheets import read_sheets
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
for path in sorted(Path(sys.argv[1]).iterdir()):
    before = peak()
    try:
        with path.open("rb") as file:
            read_sheets(file, "a.xlsx")
        code = "read"
    except Refused as refusal:
        code = refusal.code
    print(json.dumps([path.name, code, path.stat().st_size, peak() - before]))
"""


def test_bombs_are_refused_with_a_clear_message_and_bounded_memory(bombs: Path) -> None:
    """In a process of its own, whose peak of memory is that of the bombs (requirement I3: at most 100 MiB more)."""
    run = subprocess.run([sys.executable, "-c", MEASURE, str(bombs)], capture_output=True, text=True, check=True)
    found = {name: (code, size, growth) for name, code, size, growth in map(json.loads, run.stdout.splitlines())}
    assert {name: code for name, (code, _, _) in found.items()} == {name: code for name, (_, code) in BOMBS.items()}
    assert all(size < tables.MAX_BYTES for _, size, _ in found.values()), "a bomb must pass the bound on the upload"
    assert sum(growth for _, _, growth in found.values()) <= 100, found


def test_the_bounds_are_what_stops_the_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the look through the archive, the parser would be given a million cells."""
    data = sheet("<row>" + "<c/>" * 5_000 + "</row>")
    assert code_of(data) == "table_too_complex"
    monkeypatch.setattr(sheets, "check_workbook", lambda *args, **kwargs: None)
    assert code_of(data) == "table_empty"


def test_the_sheets_of_a_workbook_hold_a_bounded_number_of_rows_together(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    for page in (book.worksheets[0], book.create_sheet("二")):
        page.append(["氏名"])
        page.append(["鈴木"])
    out = io.BytesIO()
    book.save(out)
    assert len(sheets_of(out.getvalue())) == 2
    monkeypatch.setattr(sheets, "MOST_ROWS_TOGETHER", 3)
    assert code_of(out.getvalue()) == "table_rows"


def test_empty_formatted_cells_far_out_are_no_bomb() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>n</v></c><c r="ZZ1"/></row><row r="9000"><c r="A9000" s="0"/></row>'
    assert read(sheet(rows)).header == ["n"]


def test_bounds_leave_room_for_the_largest_table_of_half_the_columns() -> None:
    cells = tables.MAX_ROWS * tables.MAX_COLUMNS // 2
    assert cells * 3 < workbook_bounds.MAX_ELEMENTS


# Writing


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_is_inert_and_comes_back_equal(text: str) -> None:
    written = list(csv.reader(io.StringIO(write_csv([text], [[text]]).decode("utf-8-sig"), newline="")))
    assert [row[0].startswith("'") for row in written] == [True, True]
    assert unguarded(guarded(text)) == text
    book = load_workbook(io.BytesIO(write_xlsx([text], [[text]], title="表")))
    assert len(book.worksheets) == 1
    assert [cell.data_type for row in book.worksheets[0].iter_rows() for cell in row] == ["s", "s"]
    assert read(write_csv(["n"], [[text]]), "a.csv").rows[0][1] == [text.strip()]


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=4), st.sampled_from(FORMULAS)), max_size=3),
        max_size=5,
    )
)
def test_a_row_that_needs_care_changes_no_other(rows: list[list[Any]]) -> None:
    """What is plain is written at one look: it comes out as if each cell had been looked at."""
    apart = b"".join(write_csv(row, [])[3:] for row in [["a", "b"], *rows])
    assert write_csv(["a", "b"], rows)[3:] == apart
    guarded_cells = [[guarded(tables._printable(cell)) for cell in row] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(guarded_cells)
    assert write_csv([], rows)[3:].decode().removeprefix("\r\n") == out.getvalue()


def test_plain_text_is_written_as_it_is() -> None:
    assert (
        write_csv(["氏名"], [["鈴木"], ["O'Neil"], ["a", None]]).decode("utf-8-sig")
        == "氏名\r\n鈴木\r\nO'Neil\r\na,\r\n"
    )


def test_what_no_file_can_hold_is_left_out() -> None:
    text = "a\0b\x1fc\ud800d"
    assert read(write_csv(["n"], [[text]]), "a.csv").rows[0][1] == ["abcd"]
    assert read(write_xlsx(["n"], [[text]], title="表")).rows[0][1] == ["abcd"]


def test_every_column_is_text_so_that_excel_changes_nothing_that_is_typed() -> None:
    data = write_xlsx(["番号", "記録"], [["001", "4:12"]], title="表", notes=[["説明"], ["=1"]], notes_title="説明")
    book = load_workbook(io.BytesIO(data))
    assert [cell.number_format for cell in book["表"][2]] == ["@", "@"]
    assert book["表"].column_dimensions["B"].number_format == "@"
    assert book["説明"]["A2"].value == "=1"
    assert book["説明"]["A2"].data_type == "s"
