"""One row of a file of products: its values, or everything that is wrong with it. All ways in read rows by this."""

from collections.abc import Sequence
from typing import NamedTuple

from catalog.fields import FIELDS, SPECS, Value
from catalog.importing.columns import Columns
from catalog.importing.rejected_csv import Why
from catalog.keys import MOST_KEY, fold
from tenants.files.formulas import error_in
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


class RowReader:
    """Reads the rows of one file, whatever tables it holds: of rows with one key the first counts."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}

    def read(self, number: int, cells: Sequence[str], columns: Columns) -> ProductRow | list[Why]:
        """The row, or why it is refused."""
        reasons: list[Why] = []
        _check_width(cells, columns, reasons)
        if reasons:
            return reasons
        line = ProductRow(
            number,
            _key(cells, "brand", columns, reasons),
            _key(cells, "reference", columns, reasons),
            {name: _value(name, cells[place], columns.title(place), reasons) for name, place in columns.fields.items()},
            {name: _spec(name, cells[place], columns.title(place), reasons) for name, place in columns.specs.items()},
        )
        _check_dates(line.values, reasons)
        if failed := _failed(cells, columns):
            known = {why.field for why in failed}
            reasons = failed + [why for why in reasons if why.field not in known]
        if not reasons:
            before = self._first.setdefault((line.brand, line.reference), number)
            if before != number:
                reasons.append(Why(Refused("row_same_key", row=before)))
        return reasons or line


def _check_width(cells: Sequence[str], columns: Columns, reasons: list[Why]) -> None:
    """A row with other than the header's number of cells is not guessed at: a missing quotation mark moves every value."""
    width = len(columns.titles)
    spare = [*cells[width:], *(cells[place] for place in columns.untitled if place < len(cells))]
    if len(cells) < width or any(cell.strip() for cell in spare):
        reasons.append(Why(Refused("row_cells", header=width, cells=len(cells))))


def _failed(cells: Sequence[str], columns: Columns) -> list[Why]:
    """The cells that show an error of Excel, also in columns that become further facts."""
    fields = {place: name for name, place in columns.places.items()}
    fields |= {place: f"{SPECS}{name}" for name, place in columns.specs.items()}
    found = ((place, error_in(cells[place])) for place in fields)
    return [Why(refusal, columns.title(place), fields[place]) for place, refusal in found if refusal]


def _key(cells: Sequence[str], name: str, columns: Columns, reasons: list[Why]) -> str:
    place = columns.places[name]
    key = fold(cells[place])
    if not key:
        reasons.append(Why(Refused(f"row_no_{name}"), field=name))
    elif len(key) > MOST_KEY:
        reasons.append(Why(Refused("product_too_long", limit=MOST_KEY), columns.title(place), name))
    return key


def _value(name: str, cell: str, title: str, reasons: list[Why]) -> Value:
    try:
        return FIELDS[name].read(cell.strip())
    except Refused as refusal:
        reasons.append(Why(refusal, title, name))
        return None


def _spec(name: str, cell: str, title: str, reasons: list[Why]) -> str | None:
    if len(cell) > MOST_CELL:
        reasons.append(Why(Refused("product_too_long", limit=MOST_CELL), title, f"{SPECS}{name}"))
    return cell or None


def _check_dates(values: dict[str, Value], reasons: list[Why]) -> None:
    start, end = values.get("valid_from"), values.get("valid_until")
    if start and end and end < start:
        reasons.append(Why(Refused("row_dates"), field="valid_until"))
