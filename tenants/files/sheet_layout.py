"""What a worksheet says of its cells beside their values: which are merged, what is hidden, which formulas hold no value.

Excel stores what it last worked out beside each formula; programs that write workbooks often do not, and such a cell would
look empty. One pass over the sheet's XML, which `check_workbook` has looked through before; nothing is kept but what is said.
"""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple

BLOCK = 64 * 1024
MOST_MERGED = 300_000
"""Cells that merges may cover: more than fit within the bounds of a table, unless they lie over each other."""

Place = tuple[int, int]
"""Row and column, both from 1."""


@dataclass(slots=True)
class SheetLayout:
    """`merged` leads from each cell below the first of a merge to that first one: its value stands for them all. `across` has the
    last column that a merge covers, by its first cell in each row: there the value stands in the first column alone."""

    merged: dict[Place, Place] = field(default_factory=dict)
    across: dict[Place, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: dict[Place, str] = field(default_factory=dict)


def layout_of(archive: ZipFile, path: str, *, rows: int, columns: int) -> SheetLayout:
    """What the sheet's part says, for the cells within `rows` and `columns`."""
    scan = _Scan(rows, columns)
    with archive.open(path.removeprefix("/")) as part:
        while block := part.read(BLOCK):
            scan.parser.Parse(block)
    return scan.layout


class _Scan:
    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.layout = SheetLayout()
        self.row = self.column = self.spent = 0
        self.text: list[str] | None = None
        self.formula, self.has_value = "", False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            if _is_true(attributes.get("hidden")):
                self.layout.hidden_rows.add(self.row)
        elif name == "c":
            place = attributes.get("r")
            self.row, self.column = coordinate_to_tuple(place) if place else (self.row, self.column + 1)
            self.formula, self.has_value = "", False
        elif name in ("f", "v", "is"):
            self.text = []
            self.has_value = self.has_value or name == "is"
        elif name == "col" and _is_true(attributes.get("hidden")):
            last = min(int(attributes.get("max", 0)), self.columns)
            self.layout.hidden_columns |= set(range(int(attributes.get("min", 1)), last + 1))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        said = "".join(self.text or ())
        if name == "f":
            self.formula, self.text = f"={said.strip()}", None
        elif name == "v":
            self.has_value, self.text = self.has_value or bool(said), None
        elif name == "c" and self.formula and not self.has_value:
            self.layout.formulas[self.row, self.column] = self.formula

    def _characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _merge(self, ref: str) -> None:
        """Only downwards: which of several columns a value across them is meant for, nobody can know but who typed it."""
        left, top, right, bottom = (int(bound or 0) for bound in range_boundaries(ref))
        if left > self.columns:
            return
        for row in range(top, min(bottom, self.rows) + 1):
            self.spent += 1
            if self.spent > MOST_MERGED:
                return
            if row > top:
                self.layout.merged[row, left] = (top, left)
            if right > left:
                self.layout.across[row, left] = min(right, self.columns)


def _is_true(value: Any) -> bool:
    return value in ("1", "true")
