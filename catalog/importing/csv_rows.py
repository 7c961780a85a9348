"""The rows of a file of products, read one by one within bounds, each with its values or with what is wrong with it.

A workbook goes through the grid of all imports and has its bounds. A CSV may have forty times as many rows and is streamed: as
cells in memory it would need more than a worker has.
"""

import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from catalog.fields import FIELDS, Value
from catalog.importing.columns import TITLES, Columns, columns_of, is_header, named_titles
from catalog.importing.rejected_csv import Rejected, Why
from catalog.importing.rules import MOST_COLUMNS, MOST_ROWS
from catalog.keys import MOST_KEY, fold
from tenants.files.csv_stream import DELIMITERS, CsvRow, stream_csv
from tenants.files.grid import Remembered, key_of, lay_grid
from tenants.files.sheets import read_sheets
from tenants.files.tables import HEADER_WITHIN, text_of
from tenants.refusal import Refused

MOST_CELL = 10_000


class ProductRow(NamedTuple):
    """A good row: `values` in the form of `catalog.fields`, `specs` the texts of other columns, None where blank.

    Both hold the columns that the file has, and no others.
    """

    number: int
    brand: str
    reference: str
    values: dict[str, Value]
    specs: dict[str, str | None]


class CsvFile:
    """A file whose header is understood, by its titles or by what was chosen by hand for them. Raises Refused for a file that
    is none of products. `sheet` is the one of a workbook that was chosen."""

    def __init__(self, content: bytes, remembered: Remembered = lambda key: None, *, sheet: int | None = None) -> None:
        self._rows, header, named = _begun(content, remembered, sheet)
        self.columns: Columns = columns_of(named_titles(header, named) if named else header)
        self.read = 0

    def lines(self, rejected: Rejected) -> Iterator[ProductRow]:
        """The good rows; the others go to `rejected`. Blank rows are passed over.

        Raises Refused when the file turns out unreadable, too long, or without any row.
        """
        first: dict[tuple[str, str], int] = {}
        for row in self._rows:
            if not any(cell.strip() for cell in row.cells):
                continue
            self.read += 1
            if self.read > MOST_ROWS:
                raise Refused("csv_rows", limit=MOST_ROWS)
            line = self._line(row, rejected)
            if line is None:
                continue
            before = first.setdefault((line.brand, line.reference), line.number)
            if before != line.number:
                rejected.add(row.number, [Why(Refused("row_same_key", row=before))], row.cells)
            else:
                yield line
        if not self.read:
            raise Refused("import_empty")

    def _line(self, row: CsvRow, rejected: Rejected) -> ProductRow | None:
        reasons: list[Why] = []
        cells = self._fitted(row.cells, reasons)
        if reasons:
            rejected.add(row.number, reasons, row.cells)
            return None
        columns = self.columns
        brand = self._key(cells[columns.brand], "brand", columns.brand, reasons)
        reference = self._key(cells[columns.reference], "reference", columns.reference, reasons)
        values = {name: self._value(name, cells[place], place, reasons) for name, place in columns.fields.items()}
        specs = {name: self._spec(cells[place], place, reasons) for name, place in columns.specs.items()}
        _check_dates(values, reasons)
        if reasons:
            rejected.add(row.number, reasons, row.cells)
            return None
        return ProductRow(row.number, brand, reference, values, specs)

    def _fitted(self, cells: list[str], reasons: list[Why]) -> list[str]:
        """As many cells as titles. A row with others is not guessed at: a missing quotation mark moves every value."""
        width = len(self.columns.titles)
        spare = [*cells[width:], *(cells[place] for place in self.columns.untitled if place < len(cells))]
        if len(cells) < width or any(cell.strip() for cell in spare):
            reasons.append(Why(Refused("row_cells", header=width, cells=len(cells))))
        return cells

    def _key(self, cell: str, name: str, place: int, reasons: list[Why]) -> str:
        key = fold(cell)
        if not key:
            reasons.append(Why(Refused(f"row_no_{name}")))
        elif len(key) > MOST_KEY:
            reasons.append(Why(Refused("product_too_long", limit=MOST_KEY), self.columns.title(place)))
        return key

    def _value(self, name: str, cell: str, place: int, reasons: list[Why]) -> Value:
        try:
            return FIELDS[name].read(cell.strip())
        except Refused as refusal:
            reasons.append(Why(refusal, self.columns.title(place)))
            return None

    def _spec(self, cell: str, place: int, reasons: list[Why]) -> str | None:
        if len(cell) > MOST_CELL:
            reasons.append(Why(Refused("product_too_long", limit=MOST_CELL), self.columns.title(place)))
        return cell or None


Begun = tuple[Iterator[CsvRow], list[str], dict[int, str] | None]


def _begun(content: bytes, remembered: Remembered, sheet: int | None) -> Begun:
    """The rows below the header, the header, and what was chosen for its columns: the first of ten rows that names brand and
    reference, or is remembered, whatever stands between the cells. Raises Refused, "import_no_keys" when there is none."""
    if is_workbook(content):
        found = _header_of(_workbook_rows(content, remembered, sheet), remembered)
        if found is None:
            raise Refused("import_no_keys")
        return found
    broken: Refused | None = None
    for delimiter in DELIMITERS:
        rows = stream_csv(content, delimiter=delimiter, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        try:
            if found := _header_of(rows, remembered):
                return found
        except Refused as refusal:
            if refusal.code != "csv_broken_row":
                raise
            broken = broken or refusal
    raise broken or Refused("import_no_keys")


def _header_of(rows: Iterator[CsvRow], remembered: Remembered) -> Begun | None:
    for row in islice(rows, HEADER_WITHIN):
        named = remembered(key_of(_without_empty_end(row.cells)))
        if named or is_header(row.cells):
            return rows, _without_empty_end(row.cells), named
    return None


def is_workbook(content: bytes) -> bool:
    """Whether it is a file of Excel, or of a program that packs its files as Excel does."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _workbook_rows(content: bytes, remembered: Remembered, sheet: int | None) -> Iterator[CsvRow]:
    """The rows of the sheet that was chosen, else of the likely one; as wide as the widest, so that none looks cut off."""
    sheets = read_sheets(io.BytesIO(content), "products.xlsx")
    rows = sheets[lay_grid(sheets, TITLES, chosen=sheet, remembered=remembered).sheet].rows
    width = max(len(row.cells) for row in rows)
    for row in rows:
        yield CsvRow(row.number, [*map(text_of, row.cells), *[""] * (width - len(row.cells))])


def _without_empty_end(titles: list[str]) -> list[str]:
    last = max((place for place, title in enumerate(titles) if title.strip()), default=-1)
    if last >= MOST_COLUMNS:
        raise Refused("csv_columns", limit=MOST_COLUMNS)
    return titles[: last + 1]


def _check_dates(values: dict[str, Value], reasons: list[Why]) -> None:
    start, end = values.get("valid_from"), values.get("valid_until")
    if start and end and end < start:
        reasons.append(Why(Refused("row_dates")))
