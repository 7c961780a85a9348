"""A file or a paste of products as the grid of all imports."""

import io
from collections.abc import Sequence

from catalog.importing.columns import TITLES, Columns, columns_of, named_titles
from catalog.importing.csv_rows import csv_sheet, is_workbook, without_empty_end
from catalog.importing.models import Source
from tenants.files.grid import Grid, GridRow, Remembered, key_of, lay_grid
from tenants.files.sheets import FORMULA, Sheet, read_pasted, read_sheets
from tenants.files.tables import Cell, text_of
from tenants.refusal import Refused

MOST_TABLES = 20


def lay(content: bytes, source: str, remembered: Remembered, *, sheet: int | None = None) -> Grid | None:
    """The likely sheet, or the one that was chosen; None for a CSV with more than a grid holds. Raises Refused."""
    is_exact = source != Source.PASTE and not is_workbook(content)
    sheets = _sheets_of(content, source, remembered)
    if sheets is None:
        return None
    grid = lay_grid(sheets, TITLES, chosen=sheet, remembered=remembered)
    _keep_titles(grid, sheets[grid.sheet])
    for row in grid.rows if not is_exact else ():
        row.cells += [None] * (len(grid.parts[row.part].titles) - len(row.cells))
    return grid


def _sheets_of(content: bytes, source: str, remembered: Remembered) -> list[Sheet] | None:
    if source == Source.PASTE:
        return read_pasted(content.decode())
    if is_workbook(content):
        return read_sheets(io.BytesIO(content), "products.xlsx")
    try:
        table = csv_sheet(content, remembered)
    except Refused as refusal:
        if refusal.code != "import_no_keys":
            raise
        return _without_header(content)
    return None if table is None else [table]


def _without_header(content: bytes) -> list[Sheet] | None:
    """A CSV whose columns are still to be named by hand; None when that is too large for a grid."""
    try:
        return read_sheets(io.BytesIO(content), "")
    except Refused:
        return None


def _keep_titles(grid: Grid, sheet: Sheet) -> None:
    """Titles as they stand in the file: a name of `specs` may begin or end with a space."""
    rows = {row.number: row.cells for row in sheet.rows}
    for part in grid.parts:
        if part.header:
            part.titles = without_empty_end([exact_text(cell) for cell in rows[part.header]])


def exact_text(cell: Cell) -> str:
    """A text as it stands in the file, with its spaces; anything else in the form of `text_of`."""
    return cell if isinstance(cell, str) else text_of(cell)


def columns_in(grid: Grid, remembered: Remembered) -> list[Columns]:
    """What stands where, for each table of the sheet: as the grid has it, by titles or by hand. Raises Refused when it is not known or not clear."""
    if not grid.is_understood:
        raise Refused("import_no_keys")
    if len(grid.parts) > MOST_TABLES:
        raise Refused("import_tables", limit=MOST_TABLES)
    found = []
    for part in grid.parts:
        is_named = remembered(key_of(part.titles)) == part.columns or part.columns != TITLES.columns_of(part.titles)
        found.append(columns_of(named_titles(part.titles, part.columns) if is_named else part.titles))
    if not grid.rows:
        raise Refused("import_empty")
    return found


def texts_of(row: GridRow, columns: Columns) -> Sequence[str]:
    """The row's cells, mended where they were; none where a formula has no value. Who mended a row has seen how many cells it has: it fits the header then."""
    texts = ["" if row.notes.get(at) == FORMULA else exact_text(cell) for at, cell in enumerate(row.cells)]
    if not row.mended:
        return texts
    width = len(columns.titles)
    texts = (texts + [""] * width)[:width]
    for name, text in row.mended.items():
        if name in columns.places:
            texts[columns.places[name]] = text
    return texts
