"""Reading the rows of a roster. Shape only: what each cell says; whose row it is and what it changes is the plan's."""

from entries.roster.athlete_fields import READERS, Values, may_have_one_name
from entries.roster.importing.columns import PARTS
from entries.roster.importing.import_plan import ImportRow
from tenants.files.formulas import without_value
from tenants.files.grid import Grid, GridRow
from tenants.files.tables import Cell, text_of
from tenants.refusal import Refused

PENDING = "申請中"


def read_row(row: GridRow, grid: Grid) -> ImportRow:
    """One row with its values and its own faults; a file whose columns are not known says nothing yet."""
    values: Values = {}
    said = grid.said(row) if grid.is_understood else {}
    refused: dict[str, Refused] = without_value(row, grid) if said else {}
    one_name = _may_have_one_name(said.get("nationality"))
    for field, cell in said.items():
        if text_of(cell) == "" or field in refused:
            continue
        try:
            for part, half in _parts(field, cell, one_name=one_name):
                values[part] = READERS[part](half)
        except Refused as refusal:
            refused[field] = refusal
    return ImportRow(row.number, values, refused, row)


def _may_have_one_name(nationality: Cell) -> bool:
    try:
        return may_have_one_name(READERS["nationality"](nationality))
    except Refused:
        return False


def _parts(field: str, cell: Cell, *, one_name: bool) -> list[tuple[str, Cell]]:
    """The fields that one cell fills: 氏名 holds two, and a JAAF ID can say that it is applied for."""
    if field == "jaaf_id" and text_of(cell) == PENDING:
        return [("jaaf_pending", PENDING)]
    if field not in PARTS:
        return [(field, cell)]
    family, _, given = " ".join(text_of(cell).split()).partition(" ")
    if not given and one_name:
        return [(PARTS[field][0], family)]
    if not given:
        raise Refused("athlete_name_together")
    if field == "romaji" and given.isupper() and not family.isupper():  # JAAF prints Ichiro SUZUKI
        family, given = given, family
    return list(zip(PARTS[field], (family, given), strict=True))
