"""Formulas that hold no value. Excel stores what it last worked out beside each; programs that write workbooks often do not, and
such a cell would look empty."""

import io
from collections.abc import Iterator
from itertools import repeat
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

BLOCK = 1024 * 1024
MARKS = (b"<f>", b"<f ", b"<f/")
"""How a formula begins in a sheet; a file without one is not read a second time."""


def formulas_of(source: io.BytesIO, title: str, *, rows: int, columns: int) -> Iterator[tuple[Any, ...]]:
    """The cells of a sheet with each formula as it stands, row by row; for ever nothing where there is no formula."""
    if not _has_any(source):
        return repeat(())
    source.seek(0)
    book = load_workbook(source, read_only=True, keep_links=False)
    return book[title].iter_rows(max_row=rows, max_col=columns, values_only=True)


def unanswered(value: Any, formula: Any) -> str:
    """The formula of a cell that has no value; else the empty text."""
    return formula if value is None and isinstance(formula, str) and formula.startswith("=") else ""


def _has_any(source: io.BytesIO) -> bool:
    source.seek(0)
    with ZipFile(source) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as part:
                    before = b""
                    while block := part.read(BLOCK):
                        if any(mark in before + block for mark in MARKS):
                            return True
                        before = block[-2:]
    return False
