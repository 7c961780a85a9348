"""What is asked about a run besides its own row."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.utils.functional import SimpleLazyObject

from catalog.importing.columns import TITLES, Columns
from catalog.importing.csv_rows import CsvFile, is_workbook
from catalog.importing.models import HostColumns, ImportFile, ImportRun
from tenants.files.grid import Grid, Remembered, lay_grid
from tenants.files.sheets import read_sheets
from tenants.files.tables import unguarded
from tenants.refusal import Refused

REJECTED_SHOWN = 50
HEAD_BYTES = 256 * 1024
"""Of files of twenty megabytes, enough for what a page shows of them."""
CELLS_SHOWN = 6


class RejectedRow(NamedTuple):
    """A refused row: its number in the file, why, the first of its cells that hold anything, and all of them."""

    number: str
    reason: str
    cells: list[str]
    whole: list[str]


def first_rejected(run: ImportRun) -> list[RejectedRow]:
    """The first rows of the file that `catalog.importing.rejected_csv` made."""
    return list(islice(_rejected(_head(run, "rejected")), REJECTED_SHOWN))


def understood_columns(run: ImportRun) -> Columns | None:
    """What the import takes the columns of an upload for; None once the upload is not kept any more."""
    try:
        return CsvFile(_beginning(run), remembered(), sheet=run.sheet).columns
    except Refused:
        return None


def remembered() -> Remembered:
    """Looks up what was chosen by hand for a header. Within the host's scope; one query, the first time that it is asked."""
    rows = SimpleLazyObject(lambda: dict(HostColumns.objects.values_list("key", "columns")))

    def look(key: str) -> dict[int, str] | None:
        found = rows.get(key)
        return {int(place): name for place, name in found.items()} if found else None

    return look


def grid_of_run(run: ImportRun) -> Grid | None:
    """The file of a run as the grid of all imports reads it; None when it is not kept any more or too large for that."""
    content = bytes(ImportFile.objects.filter(run=run).values_list("content", flat=True).first() or b"")
    try:
        return lay_grid(read_sheets(io.BytesIO(content), ""), TITLES, chosen=run.sheet, remembered=remembered())
    except Refused:
        return None


def _beginning(run: ImportRun) -> bytes:
    """Of a CSV the first lines; of a workbook all, since it has no beginning."""
    head = _head(run, "content")
    if not is_workbook(head):
        return head
    return bytes(ImportFile.objects.filter(run=run).values_list("content", flat=True).first() or b"")


def _head(run: ImportRun, field: str) -> bytes:
    """The beginning of a file, in whole lines."""
    head = Substr(field, 1, HEAD_BYTES, output_field=BinaryField())
    data = bytes(ImportFile.objects.filter(run=run).annotate(head=head).values_list("head", flat=True).first() or b"")
    if len(data) < HEAD_BYTES:
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
            yield RejectedRow(number, reason, [text for text in texts if text][:CELLS_SHOWN], texts)
