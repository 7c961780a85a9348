"""The one import grid: rows of cells, which column is which field, and what was mended by hand.

Pastes and files of every kind become a `Grid`; a room says what its columns are called (`Titles`) and reads the rows. The grid
knows cells, never what they mean, and keeps every row that holds anything.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise

from tenants.files.sheets import FORMULA, Sheet, SheetRow
from tenants.files.stored_cells import cell_of, json_of, storable
from tenants.files.tables import HEADER_WITHIN, Cell, text_of

Columns = dict[int, str]
"""Which field each column fills, by its place from 0."""
Said = dict[str, Cell]
"""What a row says, by field."""
LONGEST_MENDED = 200


class Titles(NamedTuple):
    """What a room's columns are called. `choices` are its fields, with what a page calls them; `understand` reads a row that has
    no header above it by what stands in its cells."""

    choices: Mapping[str, str | Promise]
    field_of: Callable[[str], str | None]
    is_enough: Callable[[AbstractSet[str]], bool]
    understand: Callable[[Sequence[Cell]], Columns] | None = None

    def columns_of(self, titles: Sequence[str]) -> Columns:
        """Which field each column fills; the first of two with the same field wins."""
        found: Columns = {}
        for place, title in enumerate(titles):
            name = self.field_of(title) if title else None
            if name is not None and name not in found.values():
                found[place] = name
        return found

    def is_header(self, titles: Sequence[str]) -> bool:
        """Whether these titles are enough to read rows by."""
        return self.is_enough(set(self.columns_of(titles).values()))


@dataclass(slots=True)
class Part:
    """A table within a sheet: where its header stands (0 for none), its titles, and what they mean."""

    header: int
    titles: list[str]
    columns: Columns


@dataclass(slots=True)
class GridRow:
    """A row as it was typed. `fields` are its own columns where it has no header; `mended` is what was typed in the grid."""

    number: int
    cells: list[Cell]
    notes: dict[int, str] = field(default_factory=dict)
    is_hidden: bool = False
    part: int = 0
    fields: Columns | None = None
    mended: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As stored; short names because there are thousands."""
        found = {
            "n": self.number, "x": [json_of(cell) for cell in self.cells], "o": self.notes, "h": self.is_hidden,
            "p": self.part, "f": self.fields, "m": self.mended,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value or name in ("n", "x")}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "GridRow":
        """The row that `as_json` made."""
        fields = stored.get("f")
        return cls(
            stored["n"],
            [cell_of(cell) for cell in stored["x"]],
            {int(place): note for place, note in stored.get("o", {}).items()},
            stored.get("h", False),
            stored.get("p", 0),
            None if fields is None else _by_place(fields),
            dict(stored.get("m", {})),
        )


class SheetFact(NamedTuple):
    """A sheet that may be chosen, and how many rows of it hold anything."""

    title: str
    rows: int
    is_hidden: bool


@dataclass(slots=True)
class Grid:
    """One sheet, or one paste, and how it was understood."""

    sheets: list[SheetFact]
    sheet: int
    above: int
    """Rows above the first header: titles."""
    parts: list[Part]
    rows: list[GridRow]
    hidden_columns: list[int]
    is_understood: bool
    """Whether the columns are known, so that rows can be read."""

    def columns_of(self, row: GridRow) -> Columns:
        """Which field each of the row's cells fills."""
        return self.parts[row.part].columns if row.fields is None else row.fields

    def said(self, row: GridRow) -> Said:
        """What the row says, mended where it was."""
        columns = self.columns_of(row)
        said: Said = {name: row.cells[place] for place, name in columns.items() if place < len(row.cells)}
        return said | row.mended

    def typed(self, row: GridRow) -> dict[str, str]:
        """The texts of the row, by field, as they stand in the file."""
        return {name: text_of(row.cells[at]) for at, name in self.columns_of(row).items() if at < len(row.cells)}

    def noted(self, row: GridRow) -> dict[str, str]:
        """The notes on the row's cells, by field."""
        columns = self.columns_of(row)
        return {columns[place]: note for place, note in row.notes.items() if place in columns}

    def titled(self, row: GridRow) -> list[tuple[str, str]]:
        """The row with the titles of its columns, mended where it was, for a file that is read again: there a formula would be a text."""
        columns, titles = self.columns_of(row), self.parts[row.part].titles
        found = []
        for place in range(max(len(titles), len(row.cells))):
            title = titles[place] if place < len(titles) else ""
            is_said = place < len(row.cells) and row.notes.get(place) != FORMULA
            typed = text_of(row.cells[place]) if is_said else ""
            text = row.mended.get(columns.get(place, ""), typed)
            found += [(title or f"#{place + 1}", text)] if title or text else []
        return found

    @property
    def ignored(self) -> list[str]:
        """The titles of columns that are not read."""
        named = [part for part in self.parts if part.columns]
        return [title for part in named for at, title in enumerate(part.titles) if title and at not in part.columns]

    @property
    def headers(self) -> int:
        """Rows that are headers."""
        return sum(part.header > 0 for part in self.parts)

    def facts(self) -> dict[str, Any]:
        """All but the rows, as JSON; `grid_of` reads it."""
        parts = [[part.header, part.titles, part.columns] for part in self.parts]
        return {
            "sheets": self.sheets, "sheet": self.sheet, "above": self.above, "parts": parts,
            "hidden": self.hidden_columns, "understood": self.is_understood,
        }  # fmt: skip


def grid_of(facts: Mapping[str, Any] | None, rows: Sequence[GridRow]) -> Grid:
    """The grid that was stored; one that is empty for an upload from before there were grids."""
    if not facts:
        return Grid([], 0, 0, [Part(0, [], {})], list(rows), [], is_understood=True)
    parts = [Part(header, titles, _by_place(columns)) for header, titles, columns in facts["parts"]]
    sheets = [SheetFact(*sheet) for sheet in facts["sheets"]]
    return Grid(
        sheets,
        facts["sheet"],
        facts["above"],
        parts,
        list(rows),
        facts["hidden"],
        is_understood=facts["understood"],
    )


Remembered = Callable[[str], Columns | None]
"""The columns that were chosen by hand for a header with this key."""


def lay_grid(
    sheets: Sequence[Sheet], titles: Titles, *, chosen: int | None = None, remembered: Remembered = lambda key: None
) -> Grid:
    """The sheet that was chosen, else the likely one: the first visible one with a header that is understood."""
    at = _likely(sheets, titles, remembered) if chosen is None or not 0 <= chosen < len(sheets) else chosen
    sheet = sheets[at]
    rows = [GridRow(row.number, row.cells, row.notes, row.is_hidden) for row in sheet.rows]
    facts = [SheetFact(one.title, len(one.rows), one.is_hidden) for one in sheets]
    grid = Grid(facts, at, 0, [], rows, sorted(sheet.hidden_columns), is_understood=False)
    _find_parts(grid, titles, remembered)
    return grid


def _likely(sheets: Sequence[Sheet], titles: Titles, remembered: Remembered) -> int:
    seen = [at for at, sheet in enumerate(sheets) if not sheet.is_hidden]
    for at in seen:
        if _header_in(sheets[at].rows, titles, remembered) is not None:
            return at
    return seen[0]


def _header_in(rows: Sequence[SheetRow | GridRow], titles: Titles, remembered: Remembered) -> int | None:
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        texts = _texts(row.cells)
        if remembered(key_of(texts)) or titles.is_header(texts):
            return at
    return None


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [text_of(cell) for cell in cells]


def _find_parts(grid: Grid, titles: Titles, remembered: Remembered) -> None:
    """Divide the rows into titles above, headers, and the rows of each table."""
    at = _header_in(grid.rows, titles, remembered)
    if at is None and _understands(grid, titles):
        return
    if at is None:
        known = [len(titles.columns_of(_texts(row.cells))) for row in grid.rows[:HEADER_WITHIN]]
        full = [sum(text != "" for text in _texts(row.cells)) for row in grid.rows[:HEADER_WITHIN]]
        at = max(range(len(known)), key=lambda place: (known[place], full[place] > 1, -place))
        texts = _texts(grid.rows[at].cells)
        grid.parts = [Part(grid.rows[at].number, texts, titles.columns_of(texts))]
        grid.above, grid.rows = at, grid.rows[at + 1 :]
        return
    grid.above, grid.is_understood = at, True
    grid.rows = list(_divided(grid, grid.rows[at:], titles, remembered))


def _divided(grid: Grid, rows: Sequence[GridRow], titles: Titles, remembered: Remembered) -> Iterator[GridRow]:
    """The rows below their headers; a header below the first begins another table."""
    for row in rows:
        texts = _texts(row.cells)
        columns = remembered(key_of(texts)) if texts else None
        if columns or titles.is_header(texts):
            grid.parts.append(Part(row.number, texts, columns or titles.columns_of(texts)))
        else:
            row.part = len(grid.parts) - 1
            yield row


def _understands(grid: Grid, titles: Titles) -> bool:
    """Whether the rows speak for themselves, each with columns of its own."""
    if titles.understand is None:
        return False
    found = [titles.understand(row.cells) for row in grid.rows]
    if not any(titles.is_enough(set(fields.values())) for fields in found):
        return False
    first = next(place for place, fields in enumerate(found) if fields)
    for row, fields in zip(grid.rows, found, strict=True):
        row.fields = fields
    header = grid.rows[first - 1] if first and len(grid.rows[first - 1].cells) > 1 else None
    grid.above = first - (header is not None)
    grid.parts = [Part(header.number, _texts(header.cells), {}) if header else Part(0, [], {})]
    grid.rows, grid.is_understood = grid.rows[first:], True
    return True


def map_by_hand(grid: Grid, columns: Columns, titles: Titles) -> None:
    """Read the first table by these columns from now on."""
    grid.parts[0].columns = columns
    for row in grid.rows:
        row.fields = None
    grid.is_understood = titles.is_enough(set(columns.values()))


def mend(row: GridRow, grid: Grid, texts: Mapping[str, str]) -> bool:
    """Take what was typed into the row's cells; whether anything is another text than before."""
    before = {name: text_of(cell) for name, cell in grid.said(row).items()}
    changed = {name: storable(text).strip()[:LONGEST_MENDED] for name, text in texts.items()}
    changed = {name: text for name, text in changed.items() if text != before.get(name, "")}
    row.mended |= changed
    return bool(changed)


def key_of(titles: Sequence[str]) -> str:
    """What a header is remembered by: its titles, whatever their width, case and spaces, and how many empty ones follow."""
    plain = [re.sub(r"\s+", "", unicodedata.normalize("NFKC", title)).casefold() for title in titles]
    while plain and not plain[-1]:
        plain.pop()
    return hashlib.sha256("\0".join(plain).encode("utf-8", "surrogatepass")).hexdigest()


def _by_place(columns: Mapping[Any, str]) -> Columns:
    return {int(place): name for place, name in columns.items()}
