"""What is asked about a run besides its own row."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.db.models import BinaryField
from django.db.models.functions import Length, Substr
from django.utils.functional import SimpleLazyObject

from catalog.importing.columns import Columns
from catalog.importing.csv_rows import CsvFile
from catalog.importing.laying import lay
from catalog.importing.models import HostColumns, ImportFile, ImportRun
from catalog.importing.planned import PlannedRow
from tenants.files.grid import Grid, Remembered, grid_of
from tenants.files.tables import MAX_BYTES, MAX_ROWS, unguarded, write_csv
from tenants.refusal import Refused

REJECTED_SHOWN = 50
HEAD_BYTES = 256 * 1024
"""Of files of twenty megabytes, enough for what a page shows of them."""
CELLS_SHOWN = 6


HEAD_ROWS = 100
"""So many of them, where columns are named by hand."""


class RejectedRow(NamedTuple):
    """A refused row: its number in the file, why, and the first of its cells that hold anything."""

    number: str
    reason: str
    cells: list[str]


def first_rejected(run: ImportRun) -> list[RejectedRow]:
    """The first rows of the file that `catalog.importing.rejected_csv` made."""
    return list(islice(_rejected(_head(run, "rejected")), REJECTED_SHOWN))


def rejected_content(run: ImportRun) -> bytes:
    """The refused rows as a file to be read again, as many as a grid holds; empty when there are none."""
    reader = csv.reader(io.StringIO(_head(run, "rejected", MAX_BYTES // 2).decode("utf-8-sig", "replace"), newline=""))
    rows = list(islice(reader, MAX_ROWS))
    header, *refused = [[unguarded(cell) for cell in row] for row in rows] or [[]]
    numbered = [row for row in refused if row[0]]
    return write_csv(header, numbered) if numbered else b""


def understood_columns(run: ImportRun) -> Columns | None:
    """What the import takes the columns of a streamed upload for; None once it is not kept any more."""
    try:
        return CsvFile(_head(run, "content"), remembered()).columns
    except Refused:
        return None


def remembered() -> Remembered:
    """Looks up what was chosen by hand for a header. Within the host's scope; one query, the first time that it is asked."""
    rows = SimpleLazyObject(lambda: dict(HostColumns.objects.values_list("key", "columns")))

    def look(key: str) -> dict[int, str] | None:
        found = rows.get(key)
        return {int(place): name for place, name in found.items()} if found else None

    return look


def kept_rows(run: ImportRun) -> tuple[Grid, list[PlannedRow]] | None:
    """The rows that a preview keeps, with their grid; None when there are none: a large CSV, one to be read in another way, or
    a run that is decided."""
    file = ImportFile.objects.filter(run=run).only("grid", "rows").first()
    if file is None or file.grid is None:
        return None
    rows = [PlannedRow.from_json(row) for row in file.rows or ()]
    return grid_of(file.grid, [row.grid for row in rows]), rows


def grid_to_name(run: ImportRun) -> Grid | None:
    """The grid whose columns may be named by hand while no rows are kept; of a large CSV its beginning. None when the upload
    is not kept any more."""
    head = content = _head(run, "content")
    if len(head) > HEAD_BYTES // 2:
        whole = ImportFile.objects.filter(run=run).annotate(size=Length("content")).filter(size__lte=MAX_BYTES)
        content = bytes(whole.values_list("content", flat=True).first() or head)
    lines = b"".join(head.splitlines(keepends=True)[:HEAD_ROWS])
    for data in (content, lines):
        try:
            if grid := lay(data, run.source, remembered(), sheet=run.sheet):
                return grid
        except Refused:
            continue
    return None


def _head(run: ImportRun, field: str, most: int = HEAD_BYTES) -> bytes:
    """The beginning of a file, in whole lines."""
    head = Substr(field, 1, most, output_field=BinaryField())
    data = bytes(ImportFile.objects.filter(run=run).annotate(head=head).values_list("head", flat=True).first() or b"")
    if len(data) < most:
        return data
    end = data.rfind(b"\n") + 1
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data[: end + end % 2 if is_wide else end]


def _rejected(data: bytes) -> Iterator[RejectedRow]:
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline=""))
    next(reader, None)
    for number, reason, *cells in reader:
        if number:
            texts = [unguarded(cell).strip() for cell in cells]
            yield RejectedRow(number, reason, [text for text in texts if text][:CELLS_SHOWN])
