"""Reading a roster file. Shape only: which column is which field, and what each cell says."""

from typing import BinaryIO, NamedTuple

from django.core.files.base import File

from entries.roster.athlete_fields import READERS, Values
from entries.roster.importing.columns import PARTS, fields_of, is_header
from entries.roster.importing.import_plan import ImportRow
from tenants.files.tables import Cell, Table, read_table, text_of
from tenants.refusal import Refused

PENDING = "申請中"


class RosterFile(NamedTuple):
    """The rows of a file and the titles of columns that we do not know."""

    lines: list[ImportRow]
    ignored: list[str]


def read_roster(file: File | BinaryIO, name: str) -> RosterFile:
    """Read an uploaded roster. Raises Refused when it is no table, or none of a roster; rows carry their own faults."""
    table = read_table(file, name, is_header=is_header)
    fields = fields_of(table.header)
    if not table.rows:
        raise Refused("table_empty")
    ignored = [title for place, title in enumerate(table.header) if title and place not in fields]
    return RosterFile([_line(table, fields, row.number, row.cells) for row in table.rows], ignored)


def _line(table: Table, fields: dict[int, str], number: int, cells: list[Cell]) -> ImportRow:
    values: Values = {}
    refused: dict[str, Refused] = {}
    for place, field in fields.items():
        if text_of(cells[place]) == "":
            continue
        try:
            for part, cell in _parts(field, cells[place]):
                values[part] = READERS[part](cell)
        except Refused as refusal:
            refused[field] = refusal
    kept = [[title, text_of(cell)] for title, cell in zip(table.header, cells, strict=True)]
    return ImportRow(number, values, refused, kept)


def _parts(field: str, cell: Cell) -> list[tuple[str, Cell]]:
    """The fields that one cell fills: 氏名 holds two, and a JAAF ID can say that it is applied for."""
    if field == "jaaf_id" and text_of(cell) == PENDING:
        return [("jaaf_pending", PENDING)]
    if field not in PARTS:
        return [(field, cell)]
    family, _, given = " ".join(text_of(cell).split()).partition(" ")
    if not given:
        raise Refused("athlete_name_together")
    if field == "romaji" and given.isupper() and not family.isupper():  # JAAF prints Ichiro SUZUKI
        family, given = given, family
    return list(zip(PARTS[field], (family, given), strict=True))
