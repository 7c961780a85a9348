"""A CSV of products read row by row. One may have forty times as many rows as a grid holds and is streamed then: as cells in
memory it would need more than a worker has."""

from collections.abc import Iterator
from itertools import islice

from catalog.importing.columns import Columns, columns_of, is_header, named_titles
from catalog.importing.product_rows import ProductRow, RowReader
from catalog.importing.rejected_csv import Rejected
from catalog.importing.rules import MOST_COLUMNS, MOST_ROWS
from tenants.files.csv_stream import DELIMITERS, CsvRow, stream_csv
from tenants.files.grid import Remembered, key_of
from tenants.files.sheets import Sheet, SheetRow
from tenants.files.tables import HEADER_WITHIN, MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from tenants.refusal import Refused


class CsvFile:
    """A file whose header is understood, by its titles or by what was chosen by hand for them. Raises Refused for a file that
    is none of products."""

    def __init__(self, content: bytes, remembered: Remembered = lambda key: None) -> None:
        self._rows = _rows_of(content, delimiter_of(content, remembered))
        header = next(found for row in self._rows if (found := header_in(row, remembered)))
        named = remembered(key_of(header))
        self.columns: Columns = columns_of(named_titles(header, named) if named else header)
        self.read = 0

    def lines(self, rejected: Rejected) -> Iterator[ProductRow]:
        """The good rows; the others go to `rejected`. Blank rows are passed over.

        Raises Refused when the file turns out unreadable, too long, or without any row.
        """
        reader = RowReader()
        for row in self._rows:
            if not any(cell.strip() for cell in row.cells):
                continue
            self.read += 1
            if self.read > MOST_ROWS:
                raise Refused("csv_rows", limit=MOST_ROWS)
            line = reader.read(row.number, row.cells, self.columns)
            if isinstance(line, ProductRow):
                yield line
            else:
                rejected.add(row.number, line, row.cells)
        if not self.read:
            raise Refused("import_empty")


def csv_sheet(content: bytes, remembered: Remembered) -> Sheet | None:
    """A CSV as the one sheet of a grid, cells as they stand in it; None when it is more than a grid holds.

    Raises Refused for a file that is none of products.
    """
    if len(content) > MAX_BYTES:
        return None
    found: list[SheetRow] = []
    for row in _rows_of(content, delimiter_of(content, remembered)):
        if not any(cell.strip() for cell in row.cells):
            continue
        if len(found) >= MAX_ROWS or len(row.cells) > MAX_COLUMNS:
            return None
        found.append(SheetRow(row.number, list(row.cells), {}))
    return Sheet("", found)


def delimiter_of(content: bytes, remembered: Remembered) -> str:
    """What stands between the cells: by it, one of the first ten rows is a header. Raises Refused, "import_no_keys" when none is."""
    broken: Refused | None = None
    for delimiter in DELIMITERS:
        try:
            if any(header_in(row, remembered) for row in islice(_rows_of(content, delimiter), HEADER_WITHIN)):
                return delimiter
        except Refused as refusal:
            if refusal.code != "csv_broken_row":
                raise
            broken = broken or refusal
    raise broken or Refused("import_no_keys")


def _rows_of(content: bytes, delimiter: str) -> Iterator[CsvRow]:
    return stream_csv(content, delimiter=delimiter, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)


def header_in(row: CsvRow, remembered: Remembered) -> list[str]:
    """The titles of a row that is a header, or was chosen to be one by hand; nothing for any other."""
    if remembered(key_of(row.cells)) or is_header(row.cells):
        return without_empty_end(row.cells)
    return []


def is_workbook(content: bytes) -> bool:
    """Whether it is a file of Excel, or of a program that packs its files as Excel does."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def without_empty_end(titles: list[str]) -> list[str]:
    """A header without the columns that have no title at its end. Raises Refused("csv_columns")."""
    last = max((place for place, title in enumerate(titles) if title.strip()), default=-1)
    if last >= MOST_COLUMNS:
        raise Refused("csv_columns", limit=MOST_COLUMNS)
    return titles[: last + 1]
