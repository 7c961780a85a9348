"""The rows of a CSV, read one by one within bounds, each with its values or with what is wrong with it."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from catalog.fields import FIELDS, Value
from catalog.importing.columns import Columns, columns_of, is_header
from catalog.importing.rejected_csv import Rejected, Why
from catalog.importing.rules import MOST_COLUMNS, MOST_ROWS
from catalog.keys import MOST_KEY, fold
from tenants.files.csv_stream import DELIMITERS, CsvRow, stream_csv
from tenants.files.tables import HEADER_WITHIN
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
    """A file whose header is understood. Raises Refused for a file that is no CSV of products."""

    def __init__(self, content: bytes) -> None:
        self._rows, header = _begun(content)
        self.columns: Columns = columns_of(header)
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


def _begun(content: bytes) -> tuple[Iterator[CsvRow], list[str]]:
    """The rows below the header, and the header: the first of ten rows that names brand and reference, whatever stands
    between the cells. Raises Refused, "import_no_keys" when there is none."""
    broken: Refused | None = None
    for delimiter in DELIMITERS:
        rows = stream_csv(content, delimiter=delimiter, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        try:
            for row in islice(rows, HEADER_WITHIN):
                if is_header(row.cells):
                    return rows, _without_empty_end(row.cells)
        except Refused as refusal:
            if refusal.code != "csv_broken_row":
                raise
            broken = broken or refusal
    raise broken or Refused("import_no_keys")


def _without_empty_end(titles: list[str]) -> list[str]:
    last = max((place for place, title in enumerate(titles) if title.strip()), default=-1)
    if last >= MOST_COLUMNS:
        raise Refused("csv_columns", limit=MOST_COLUMNS)
    return titles[: last + 1]


def _check_dates(values: dict[str, Value], reasons: list[Why]) -> None:
    start, end = values.get("valid_from"), values.get("valid_until")
    if start and end and end < start:
        reasons.append(Why(Refused("row_dates")))
