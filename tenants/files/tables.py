"""Tables for outside: Excel (.xlsx) and CSV, written so that no text is a formula. What is read has its bounds and its words
here, so that every door says them alike; `tenants.files.sheets` reads it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from tenants import wording
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
        "table_old_excel": _(
            "古い形式のファイル（.xls）は開けません。「Excelブック（.xlsx）」か「CSV」で保存し直してください。"
        ),
        "table_ods": _(
            "OpenDocument（.ods）は開けません。「名前を付けて保存」でExcelブック（.xlsx）かCSVを選んでください。"
        ),
        "table_numbers": _(
            "Numbersのファイルは開けません。「ファイル」→「書き出す」→「Excel」を選び、書き出したファイルをお使いください。"
        ),
        "table_document": _(
            "PDF・Word・PowerPointの文書は読み取れません。元の表をExcelブック（.xlsx）かCSVで保存してお送りください。"
        ),
        "table_picture": _(
            "画像は読み取れません。表をExcelブック（.xlsx）かCSVで保存してお送りください。画面に貼り付けることもできます。"
        ),
        "table_unreadable": _(
            "ファイルを読み取れません。Excelブック（.xlsx）またはCSV（UTF-8・Shift_JIS）で保存し直してください。"
        ),
    }
)

Cell = str | int | float | bool | datetime | date | None
"""As it stood in the file: CSV has only texts, Excel also numbers and dates. A time is the text that Excel shows of it."""

_JIS = b"\x1b$"
_OTHER = {
    "table_document": (b"%PDF-", b"{\\rtf"),
    "table_picture": (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"),
}
"""What a file of another kind begins with."""
_HEIF = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
_FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n\0])")
_SUSPECT = tuple(re.compile(f"{before}(?:['=+\\-@＝＋－＠\"]|[^\\S\\r\\n])") for before in (",", "\n"))
"""A cell of a CSV begins with what a formula, or a mark before it, may begin with, or it is quoted."""
ROWS_AT_ONCE = 500
_GUARDED = re.compile(r"'+(\s*[=+\-@＝＋－＠]|[\t\r\n\0])")
_UNPRINTABLE = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")


def encodings_of(data: bytes) -> list[str]:
    """By byte order mark or the escapes of ISO-2022-JP, else UTF-8, else CP932: right for what Excel in Japan writes.

    Raises Refused for a document or a picture, with what to send instead.
    """
    for code, starts in _OTHER.items():
        if data.startswith(starts) or (code == "table_picture" and data[4:12] in _HEIF):
            raise Refused(code)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["iso2022_jp_ext"] if _JIS in data else ["utf-8-sig", "cp932"]


def decoded(data: bytes) -> str:
    """The text of a CSV. Raises Refused."""
    for encoding in encodings_of(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("table_unreadable")


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
    out = [codecs.BOM_UTF8]
    remaining = chain([header], rows)
    while some := list(islice(remaining, ROWS_AT_ONCE)):
        text = _lines(some)
        if any(pattern.search(f"\n{text}") for pattern in (*_SUSPECT, _UNPRINTABLE)):
            text = _lines([guarded(_printable(cell)) for cell in row] for row in some)
        out.append(text.encode())
    return b"".join(out)


def _lines(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


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
    sheet = _headed(book, title, header, "@")
    plain = WriteOnlyCell(sheet)
    plain.number_format = "@"
    for row in rows:
        sheet.append([_text_cell(sheet, cell, plain) for cell in row])


def _headed(book: Workbook, title: str, header: Sequence[str], number_format: str) -> Any:
    """A sheet with its head; what is typed below it is taken for `number_format`."""
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index, name in enumerate(header, start=1):
        column = sheet.column_dimensions[get_column_letter(index)]
        column.width, column.number_format = max(12, 2.2 * len(str(name)) + 2), number_format
    head = WriteOnlyCell(sheet)
    head.number_format = "@"
    head.font, head.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="14213D")
    sheet.append([_text_cell(sheet, name, head) for name in header])
    return sheet


class Duration(NamedTuple):
    """A time of hundredths of a second, for a workbook in which it can be compared and subtracted."""

    hundredths: int


def write_typed_xlsx(header: Sequence[str], rows: Iterable[Sequence[object]], *, title: str) -> bytes:
    """A workbook to reckon with: whole numbers, days, moments and `Duration` are what Excel knows as such, all else is text.

    What must keep its zeros is handed over as text. A moment is written as the clocks of its own zone say it. No text is a
    formula.
    """
    book = Workbook(write_only=True)
    sheet = _headed(book, title, header, "General")
    formats = {name: WriteOnlyCell(sheet) for name in ("@", *FORMATS.values())}
    for name, like in formats.items():
        like.number_format = name
    for row in rows:
        sheet.append([_typed_cell(sheet, cell, formats) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FORMATS = {int: "0", date: "yyyy/mm/dd", datetime: "yyyy/mm/dd hh:mm:ss", Duration: "[m]:ss.00"}
_HUNDREDTHS_OF_A_DAY = 24 * 3600 * 100


def _typed_cell(sheet: Any, value: object, formats: Mapping[str, Any]) -> Any:
    like = formats.get(FORMATS.get(type(value), ""))
    if like is None:
        return _text_cell(sheet, value, formats["@"])
    known: Any = value
    if isinstance(value, Duration):
        known = value.hundredths / _HUNDREDTHS_OF_A_DAY
    elif isinstance(value, datetime):
        known = value.replace(tzinfo=None, microsecond=0)
    cell: Any = WriteOnlyCell(sheet, value=known)
    cell._style = like._style
    return cell


def _text_cell(sheet: Any, value: object, like: Any) -> Any:
    """openpyxl takes text that starts with = for a formula; the type is set after the value."""
    cell: Any = WriteOnlyCell(sheet, value=_printable(value) or None)
    cell.data_type = "s"
    cell._style = like._style  # looking a style up by its parts takes longer than writing the cell
    return cell


def _printable(value: object) -> str:
    """Without what neither XML nor UTF-8 can hold."""
    return "" if value is None else _UNPRINTABLE.sub("", str(value))
