"""A file read as one table, for tests of what is written and read back."""

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from tenants.files.grid import Grid, Titles, lay_grid
from tenants.files.sheets import read_pasted, read_sheets
from tenants.files.tables import HEADER_WITHIN, Cell, text_of


class Table(NamedTuple):
    """A header, and the rows below it with their numbers, as wide as the header."""

    header: list[str]
    rows: list[tuple[int, list[Cell]]]


def read_table(file: BinaryIO, name: str, *, is_header: Callable[[list[str]], bool] = bool) -> Table:
    """The first visible sheet; its header is the first row that `is_header` accepts."""
    rows = next(sheet for sheet in read_sheets(file, name) if not sheet.is_hidden).rows
    titles = [[text_of(cell) for cell in row.cells] for row in rows[:HEADER_WITHIN]]
    at = next((place for place, texts in enumerate(titles) if is_header(texts)), 0)
    width = len(titles[at])
    return Table(
        titles[at], [(row.number, [*row.cells[:width], *[None] * (width - len(row.cells))]) for row in rows[at + 1 :]]
    )


def grid_of_rows(titles: Titles, header: Sequence[str], *rows: Sequence[str]) -> Grid:
    """A grid as a paste of these rows makes it."""
    return lay_grid(read_pasted("\n".join("\t".join(row) for row in (header, *rows))), titles)
