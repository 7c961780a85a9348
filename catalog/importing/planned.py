"""What each row of a grid of products would do, as the preview keeps it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.importing.columns import Columns
from catalog.importing.comparing import Change
from catalog.importing.laying import texts_of
from catalog.importing.product_rows import ProductRow, RowReader
from catalog.importing.rejected_csv import Why
from tenants.files.grid import Grid, GridRow
from tenants.files.sheets import FORMULA
from tenants.refusal import Refused

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
Reason = list[Any]
"""[field, or nothing for the whole row, title of the column, code of the refusal, its data], as JSON holds it."""


@dataclass(slots=True)
class PlannedRow:
    """A row as it was typed, the key that was read, and what it would do or why it is refused."""

    grid: GridRow
    state: str
    key: str = ""
    reasons: list[Reason] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As stored; short names because there are thousands."""
        found = {"g": self.grid.as_json(), "s": self.state, "k": self.key, "r": self.reasons, "c": self.changes}
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "PlannedRow":
        """The row that `as_json` made."""
        grid = GridRow.from_json(stored["g"])
        return cls(grid, stored["s"], stored.get("k", ""), stored.get("r", []), stored.get("c", []))


@dataclass(slots=True)
class Table:
    """Good rows that fill the same fields; `columns` are those of the first of their tables."""

    columns: Columns
    lines: list[ProductRow] = field(default_factory=list)


def plan(
    grid: Grid, columns: Sequence[Columns]
) -> tuple[list[PlannedRow], list[Table], list[tuple[GridRow, list[Why]]]]:
    """Every row, unchanged as long as nobody looked at the catalogue; the good ones by the fields that they fill; and the
    refused ones."""
    reader, tables = RowReader(), dict[tuple[frozenset[str], bool], Table]()
    rows, refused = [], []
    for row in grid.rows:
        mine = columns[row.part]
        line = reader.read(row.number, texts_of(row, mine), mine)
        if lacking := _without_value(row, mine):
            known = {why.field for why in lacking}
            line = lacking + [why for why in line if isinstance(why, Why) and why.field not in known]
        if isinstance(line, ProductRow):
            fills = frozenset(mine.fields), bool(mine.specs)
            tables.setdefault(fills, Table(mine)).lines.append(line)
            rows.append(PlannedRow(row, UNCHANGED, f"{line.brand} {line.reference}"))
        else:
            refused.append((row, line))
            rows.append(PlannedRow(row, REFUSED, reasons=[_stored(why) for why in line]))
    return rows, list(tables.values()), refused


def _without_value(row: GridRow, columns: Columns) -> list[Why]:
    """Also in columns that become further facts."""
    fields = {place: name for name, place in columns.places.items()}
    kept = {place: title for place, title in enumerate(columns.titles) if place in {*fields, *columns.specs.values()}}
    return [
        Why(Refused("cell_formula"), title, fields.get(place, ""))
        for place, title in kept.items()
        if row.notes.get(place) == FORMULA and fields.get(place) not in row.mended
    ]


def _stored(why: Why) -> Reason:
    return [why.field, why.column, why.refusal.code, dict(why.refusal.data)]


def texts_under(header: Sequence[str], row: GridRow, columns: Columns) -> list[str]:
    """The texts of a row, each under its title in `header`; what stands beyond its own titles follows."""
    texts = list(texts_of(row, columns))
    if list(columns.titles) == list(header[: len(columns.titles)]):
        return texts
    by_title = dict(zip(columns.titles, texts, strict=False))
    return [*(by_title.get(title, "") for title in header), *texts[len(columns.titles) :]]


def header_over(columns: Iterable[Columns]) -> list[str]:
    """The titles of all tables, those of the first one in its order."""
    first, *others = columns
    return [*first.titles, *dict.fromkeys(title for one in others for title in one.titles if title not in first.titles)]
