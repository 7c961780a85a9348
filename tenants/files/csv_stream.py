"""CSV read row by row, for files too long to stand in memory as cells. `tenants.files.tables` reads what fits."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.files.tables import encodings_of, unguarded
from tenants.refusal import Refused

DELIMITERS = ",\t;"
PIECE = 256 * 1024
BLANK_ROWS = 10
"""So many times as many rows as are wanted may be looked at; the others are blank."""

wording.register(
    {
        "csv_unreadable": _(
            "CSVとして読み取れません。文字コードがUTF-8・Shift_JIS・UTF-16のいずれかのCSVファイルを選んでください。"
        ),
        "csv_broken_row": _('%(row)s行目をCSVとして読み取れません。引用符（"）の閉じ忘れがないかご確認ください。'),
        "csv_columns": _("列が多すぎます（上限%(limit)s列）。不要な列を除いてください。"),
        "csv_rows": _("行が多すぎます（上限%(limit)s行）。ファイルを分けてください。"),
    }
)


class CsvRow(NamedTuple):
    """One row with the number that a spreadsheet shows beside it."""

    number: int
    cells: list[str]


def stream_csv(data: bytes, *, delimiter: str, most_rows: int, most_columns: int) -> Iterator[CsvRow]:
    """The rows, blank ones as well, cells as they stand in the file but for the mark of `tenants.files.tables.guarded`.

    Raises Refused with one of the codes above, some of them only when that row is reached.
    """
    lines = io.TextIOWrapper(io.BytesIO(data), encoding_of(data), newline="")
    reader = csv.reader(_bounded(lines, delimiter, most_columns), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > BLANK_ROWS * most_rows:
                raise Refused("csv_rows", limit=most_rows)
            yield CsvRow(number, [unguarded(cell) for cell in cells])
    except csv.Error as error:
        raise Refused("csv_broken_row", row=number + 1) from error


def _bounded(lines: Iterator[str], delimiter: str, most_columns: int) -> Iterator[str]:
    """A line with millions of empty cells is refused before it becomes a list."""
    for line in lines:
        if line.count(delimiter) > BLANK_ROWS * most_columns:
            raise Refused("csv_columns", limit=most_columns)
        yield line


def encoding_of(data: bytes) -> str:
    """One of `tables.encodings_of`. Raises Refused: "csv_unreadable" when it is none of them, or what that raises."""
    for encoding in encodings_of(data):
        if _decodes(data, encoding):
            return encoding
    raise Refused("csv_unreadable")


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether all of it is text without NUL, looked at piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(data), PIECE):
            if "\0" in decoder.decode(data[at : at + PIECE], final=at + PIECE >= len(data)):
                return False
    except UnicodeDecodeError:
        return False
    return True
