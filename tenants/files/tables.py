"""Tables from outside and for outside: Excel (.xlsx) and CSV, read within bounds, written so that no text is a formula.

The only reader and writer of such files; rosters, entries and products all come and go through it. It knows cells,
never what they mean. Refusals are worded here, so that every door says them alike.
"""

import codecs
import csv
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any, BinaryIO, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from tenants import wording
from tenants.files.excel_times import shown_time
from tenants.files.formulas import formulas_of, unanswered
from tenants.files.workbook_bounds import check_workbook
from tenants.refusal import Refused

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10
"""A title or two may stand above the header."""

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

wording.register(
    {
        "table_too_big": _("ファイルが大きすぎます（上限%(limit)sMB）。不要な列・画像・シートを除いてください。"),
        "table_empty": _("ファイルに表がありません。1行目に見出し、2行目から内容を入力してください。"),
        "table_rows": _("行が多すぎます（上限%(limit)s行）。ファイルを分けてください。"),
        "table_columns": _("列が多すぎます（上限%(limit)s列）。離れた列に文字が残っていないかご確認ください。"),
        "table_too_complex": _("ファイルの構造が大きすぎるため開けません。表だけを新しいブックに貼り付けてください。"),
        "table_encrypted": _("パスワード付きのファイルは開けません。パスワードを外して保存し直してください。"),
        "table_macros": _(
            "マクロ付きのファイル（.xlsm）は受け付けていません。「Excelブック（.xlsx）」で保存し直してください。"
        ),
        "table_old_excel": _(
            "古い形式のファイル（.xls）は開けません。「Excelブック（.xlsx）」か「CSV」で保存し直してください。"
        ),
        "table_unreadable": _(
            "ファイルを読み取れません。Excelブック（.xlsx）またはCSV（UTF-8・Shift_JIS）で保存し直してください。"
        ),
    }
)

Cell = str | int | float | bool | datetime | date | None
"""As it stood in the file: CSV has only texts, Excel also numbers and dates. A time is the text that Excel shows of it."""

_BROKEN = (
    BadZipFile, ParseError, zlib.error, struct.error, csv.Error, ValueError, TypeError, LookupError, AttributeError,
    OSError, EOFError, NotImplementedError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip
"""What openpyxl and zipfile raise for files that only look like workbooks (found with cut and flipped bytes)."""

_FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n\0])")
_GUARDED = re.compile(r"'+(\s*[=+\-@＝＋－＠]|[\t\r\n\0])")
_UNPRINTABLE = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")


class Row(NamedTuple):
    """One row with the number that Excel shows beside it; `cells` are as many as the header's."""

    number: int
    cells: list[Cell]


class Table(NamedTuple):
    """A header and the rows below it that hold anything."""

    header: list[str]
    rows: list[Row]


def read_table(file: File | BinaryIO, name: str, *, is_header: Callable[[list[str]], bool] | None = None) -> Table:
    """Read the first visible sheet of an .xlsx, or a CSV with commas, semicolons or tabs in UTF-8, UTF-16 or CP932.

    The header is the first row that `is_header` accepts among the first ten, else the first row. What the file is, is
    decided by its content. Raises Refused with one of the codes above; never needs more than some 100 MB.
    """
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise Refused("table_too_big", limit=MAX_BYTES // 1024 // 1024)
    file.seek(0)
    start = file.read(8)
    source = io.BytesIO(start + file.read())
    try:
        if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or name.lower().endswith((".xlsx", ".xlsm", ".xls")):
            rows = _excel_rows(source, MAX_ROWS + HEADER_WITHIN)
        else:
            rows = _csv_rows(source.getvalue())
        return _table(rows, is_header)
    except _BROKEN as error:
        raise Refused("table_unreadable") from error


def _table(rows: Iterator[Row], is_header: Callable[[list[str]], bool] | None) -> Table:
    found = _bounded(rows, MAX_ROWS + HEADER_WITHIN)
    if not found:
        raise Refused("table_empty")
    titles = [[text_of(cell) for cell in row.cells] for row in found[:HEADER_WITHIN]]
    at = next((index for index, title in enumerate(titles) if is_header is not None and is_header(title)), 0)
    header = titles[at]
    while header and not header[-1]:
        header.pop()
    body = found[at + 1 :]
    if len(body) > MAX_ROWS:
        raise Refused("table_rows", limit=MAX_ROWS)
    return Table(header, [Row(number, _fitted(cells, len(header))) for number, cells in body])


def _fitted(cells: list[Cell], width: int) -> list[Cell]:
    return [*cells[:width], *[None] * (width - len(cells))]


def _bounded(rows: Iterator[Row], max_rows: int) -> list[Row]:
    """The rows that hold anything. Stops at the first one too many."""
    found: list[Row] = []
    for count, row in enumerate(rows):
        if count >= 10 * max_rows:
            raise Refused("table_rows", limit=max_rows - HEADER_WITHIN)
        if not any(cell not in (None, "") for cell in row.cells):
            continue
        if len(found) >= max_rows:
            raise Refused("table_rows", limit=max_rows - HEADER_WITHIN)
        if len(row.cells) > MAX_COLUMNS and any(cell not in (None, "") for cell in row.cells[MAX_COLUMNS:]):
            raise Refused("table_columns", limit=MAX_COLUMNS)
        found.append(row)
    return found


def _excel_rows(source: io.BytesIO, last_row: int) -> Iterator[Row]:
    """`data_only`: formulas give the value that Excel last stored, and themselves where it stored none, so that whoever reads
    the cell refuses it. Rows are read as they are asked for."""
    check_workbook(source, rows=last_row, columns=MAX_COLUMNS)
    source.seek(0)
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Refused("table_empty")
    rows = sheets[0].iter_rows(max_row=last_row, max_col=MAX_COLUMNS)
    formulas = formulas_of(source, sheets[0].title, rows=last_row, columns=MAX_COLUMNS)
    for number, (cells, asked) in enumerate(zip(rows, formulas, strict=False), start=1):
        pairs = zip_longest(cells, asked[: len(cells)])
        yield Row(number, [unanswered(cell.value, formula) or _read(cell) for cell, formula in pairs])


def _csv_rows(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    first_line = text[: text.find("\n") + 1] or text
    delimiter = max(",\t;", key=first_line.count)
    reader = csv.reader(_lines(text, delimiter), delimiter=delimiter, strict=True)
    number = 1
    for cells in reader:
        yield Row(number, [unguarded(cell).strip() for cell in cells])
        number = reader.line_num + 1


def _lines(text: str, delimiter: str) -> Iterator[str]:
    """A line with millions of empty cells is refused before it becomes a list."""
    for line in io.StringIO(text, newline=""):
        if line.count(delimiter) > 50 * MAX_COLUMNS:
            raise Refused("table_columns", limit=MAX_COLUMNS)
        yield line


def _decoded(data: bytes) -> str:
    """By byte order mark, else UTF-8, else CP932: right for what Excel in Japan writes. Raises Refused."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encodings = ["utf-16"] if wide else ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("table_unreadable")


def _read(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    shown = shown_time(value, cell.number_format) if isinstance(value, datetime | time | timedelta) else None
    return value if shown is None else shown


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without point, dates as 2004-04-02, nothing as the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def guarded(text: str) -> str:
    """For CSV: text that a spreadsheet would run is marked with an apostrophe in front (requirement I6)."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The opposite of `guarded`, so that export and import are a round trip."""
    return text[1:] if _GUARDED.match(text) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with byte order mark, as Excel expects it. Any text is inert."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(_printable(cell)) for cell in header])
    writer.writerows([guarded(_printable(cell)) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def write_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    notes: Sequence[Sequence[str]] = (),
    notes_title: str = "",
) -> bytes:
    """A workbook with one sheet `title`, every column formatted as text, so that Excel turns neither 4:12 into a time
    nor 001 into 1. `notes` become a second sheet, for example instructions. Any text is inert.
    """
    book = Workbook(write_only=True)
    _sheet(book, title, header, rows)
    if notes:
        _sheet(book, notes_title, notes[0], notes[1:])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index, name in enumerate(header, start=1):
        column = sheet.column_dimensions[get_column_letter(index)]
        column.width, column.number_format = max(12, 2.2 * len(str(name)) + 2), "@"
    plain, head = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    plain.number_format = head.number_format = "@"
    head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="14213D")
    sheet.append([_text_cell(sheet, name, head) for name in header])
    for row in rows:
        sheet.append([_text_cell(sheet, cell, plain) for cell in row])


def _text_cell(sheet: Any, value: object, like: Any) -> Any:
    """openpyxl takes text that starts with = for a formula; the type is set after the value."""
    cell: Any = WriteOnlyCell(sheet, value=_printable(value) or None)
    cell.data_type = "s"
    cell._style = like._style  # looking a style up by its parts takes longer than writing the cell
    return cell


def _printable(value: object) -> str:
    """Without what neither XML nor UTF-8 can hold."""
    return "" if value is None else _UNPRINTABLE.sub("", str(value))
