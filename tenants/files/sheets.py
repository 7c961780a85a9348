"""What comes from outside as rows of cells: an Excel workbook, a CSV, or a block that was copied and pasted.

The only reader of such things. It knows cells, never what they mean; nothing that stands in a sheet is dropped here.
"""

import csv
import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from threading import Lock
from typing import Any, BinaryIO, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from django.core.files.base import File
from openpyxl import load_workbook

from tenants.files.excel_times import shown_time
from tenants.files.sheet_layout import SheetLayout, layout_of
from tenants.files.strict import transitional
from tenants.files.tables import (
    HEADER_WITHIN,
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    decoded,
    text_of,
    unguarded,
)
from tenants.files.workbook_bounds import check_workbook
from tenants.refusal import Refused

MERGED, FORMULA, ACROSS, COVERED = "merged", "formula", "across", "covered"
"""Notes on a cell: its value was carried down from the first of a merge; its formula holds no value; it is merged with cells to its
right, and keeps the value; it is one of those, and holds none of its own."""
MOST_ROWS_TOGETHER = 2 * MAX_ROWS
"""Rows that all sheets of a workbook may hold together."""
LAST_ROW = MAX_ROWS + HEADER_WITHIN
DELIMITERS = ",\t;"
_ONE_AT_A_TIME = Lock()
"""A workbook takes up to some 100 MB while it is read. Threads of one process would not be faster together: one reads, the
others wait, and the process needs the memory of one."""

_BROKEN = (
    BadZipFile, ParseError, ExpatError, zlib.error, struct.error, csv.Error, ValueError, TypeError, LookupError,
    AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError, AssertionError,
)  # fmt: skip
"""What openpyxl, expat and zipfile raise for files that only look like workbooks (found with cut and flipped bytes)."""


class SheetRow(NamedTuple):
    """One row with the number that Excel shows beside it. `notes` are by place, from 0."""

    number: int
    cells: list[Cell]
    notes: dict[int, str]
    is_hidden: bool = False


class Sheet(NamedTuple):
    """A sheet's title and the rows that hold anything."""

    title: str
    rows: list[SheetRow]
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False


def read_sheets(file: File | BinaryIO, name: str) -> list[Sheet]:
    """The sheets of an .xlsx or .xlsm (macros ignored, strict too) that hold anything, in their order; a CSV is one sheet.

    Commas, semicolons or tabs; UTF-8, UTF-16 or CP932. What the file is, is decided by its content. Raises Refused with one
    of the codes of `tenants.files.tables`; never needs more than some 100 MB.
    """
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise Refused("table_too_big", limit=MAX_BYTES // 1024 // 1024)
    with _ONE_AT_A_TIME:
        return _holding(_sheets_of(file, name))


def _sheets_of(file: File | BinaryIO, name: str) -> list[Sheet]:
    file.seek(0)
    start = file.read(8)
    source = io.BytesIO(start + file.read())
    try:
        if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or name.lower().endswith((".xlsx", ".xlsm", ".xls")):
            return list(_excel_sheets(source))
        return [Sheet("", _bounded(_csv_rows(decoded(source.getvalue()))))]
    except _BROKEN as error:
        raise Refused("table_unreadable") from error


def read_pasted(text: str) -> list[Sheet]:
    """A block as it was copied out of a spreadsheet, a mail or a CSV. Raises Refused as `read_sheets` does."""
    if len(text) > MAX_BYTES:
        raise Refused("table_too_big", limit=MAX_BYTES // 1024 // 1024)
    text = text.replace("\0", "")
    try:
        rows = _bounded(_csv_rows(text))
    except csv.Error:  # a quotation mark that is one: 14'05"32
        rows = _bounded(_csv_rows(text, quoting=csv.QUOTE_NONE))
    return _holding([Sheet("", rows)])


def _holding(sheets: Iterable[Sheet]) -> list[Sheet]:
    found = [sheet for sheet in sheets if sheet.rows]
    if not any(not sheet.is_hidden for sheet in found):
        raise Refused("table_empty")
    return found


def _bounded(rows: Iterable[SheetRow], held: int = 0) -> list[SheetRow]:
    """The rows that hold anything. Stops at the first one too many; `held` are those of the sheets before."""
    found: list[SheetRow] = []
    for count, row in enumerate(rows):
        if count >= 10 * LAST_ROW:
            raise Refused("table_rows", limit=MAX_ROWS)
        if not _holds_anything(row.cells):
            continue
        if len(found) >= LAST_ROW or held + len(found) >= MOST_ROWS_TOGETHER:
            raise Refused("table_rows", limit=MAX_ROWS)
        if len(row.cells) > MAX_COLUMNS and _holds_anything(row.cells[MAX_COLUMNS:]):
            raise Refused("table_columns", limit=MAX_COLUMNS)
        found.append(row._replace(cells=_without_end(row.cells[:MAX_COLUMNS])))
    return found


def _holds_anything(cells: Iterable[Cell]) -> bool:
    return any(cell not in (None, "") for cell in cells)


def _without_end(cells: list[Cell]) -> list[Cell]:
    last = len(cells)
    while last and cells[last - 1] in (None, ""):
        last -= 1
    return cells[:last]


def _excel_sheets(source: io.BytesIO) -> Iterator[Sheet]:
    """`data_only`: formulas give the value that Excel last stored, and themselves where it stored none, so that whoever reads
    the cell refuses it."""
    check_workbook(source, rows=LAST_ROW, columns=MAX_COLUMNS)
    source = transitional(source)
    source.seek(0)
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    held = 0
    with ZipFile(source) as archive:
        sheet: Any
        for sheet in book.worksheets:
            layout = layout_of(archive, sheet._worksheet_path, rows=LAST_ROW, columns=MAX_COLUMNS)
            rows = _bounded(_excel_rows(sheet, layout), held)
            held += len(rows)
            hidden = frozenset(column - 1 for column in layout.hidden_columns)
            yield Sheet(sheet.title, rows, hidden, sheet.sheet_state != "visible")


def _excel_rows(sheet: Any, layout: SheetLayout) -> Iterator[SheetRow]:
    """A row of which nothing is its own but what was carried down into it holds nothing."""
    first: dict[tuple[int, int], Cell] = {}
    tops = set(layout.merged.values())
    for number, cells in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS), start=1):
        values: list[Cell] = [_read(cell) for cell in cells]
        notes: dict[int, str] = {}
        for place in range(len(values)):
            at = (number, place + 1)
            if values[place] is None and at in layout.formulas:
                values[place], notes[place] = layout.formulas[at], FORMULA
            if at in tops:
                first[at] = values[place]
        if _holds_anything(values):
            _merge(number, values, notes, first, layout)
        yield SheetRow(number, values, notes, number in layout.hidden_rows)


def _merge(
    number: int, values: list[Cell], notes: dict[int, str], first: dict[tuple[int, int], Cell], layout: SheetLayout
) -> None:
    """Carry values down into this row, and note what is merged across it."""
    for place in range(len(values)):
        at = (number, place + 1)
        top = layout.merged.get(at)
        if top is not None and values[place] is None and text_of(first.get(top)):
            values[place], notes[place] = first[top], FORMULA if top in layout.formulas else MERGED
        if at in layout.across and text_of(values[place]):
            notes.setdefault(place, ACROSS)
            empty = [one for one in range(place + 1, layout.across[at]) if one >= len(values) or values[one] is None]
            notes.update(dict.fromkeys(empty, COVERED))


def _read(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    shown = shown_time(value, cell.number_format) if isinstance(value, datetime | time | timedelta) else None
    return value if shown is None else shown


def _csv_rows(text: str, *, quoting: Any = csv.QUOTE_MINIMAL) -> Iterator[SheetRow]:
    delimiter = _delimiter(text)
    reader = csv.reader(_lines(text, delimiter), delimiter=delimiter, strict=True, quoting=quoting)
    number = 1
    for cells in reader:
        yield SheetRow(number, [unguarded(cell).strip() for cell in cells], {})
        number = reader.line_num + 1


def _delimiter(text: str) -> str:
    """What stands in most of the first lines, since a title above the table has none; else what stands in the first."""
    lines = [line for line in islice(io.StringIO(text), 2 * HEADER_WITHIN) if line.strip()] or [""]
    within = {sign: sum(sign in line for line in lines) for sign in DELIMITERS}
    usual = [sign for sign in DELIMITERS if 2 * within[sign] > len(lines)]
    if usual:
        return max(usual, key=lambda sign: (within[sign], sum(line.count(sign) for line in lines)))
    return max(DELIMITERS, key=lines[0].count)


def _lines(text: str, delimiter: str) -> Iterator[str]:
    """A line with millions of empty cells is refused before it becomes a list."""
    for line in io.StringIO(text, newline=""):
        if line.count(delimiter) > 50 * MAX_COLUMNS:
            raise Refused("table_columns", limit=MAX_COLUMNS)
        yield line
