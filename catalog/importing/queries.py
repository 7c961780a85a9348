"""What is asked about a run besides its own row."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.db.models import BinaryField
from django.db.models.functions import Substr

from catalog.importing.columns import Columns
from catalog.importing.csv_rows import CsvFile
from catalog.importing.models import ImportFile, ImportRun
from tenants.files.tables import unguarded
from tenants.refusal import Refused

REJECTED_SHOWN = 50
HEAD_BYTES = 256 * 1024
"""Of files of twenty megabytes, enough for what a page shows of them."""
CELLS_SHOWN = 6


class RejectedRow(NamedTuple):
    """A refused row: its number in the file, why, and the first of its cells that hold anything."""

    number: str
    reason: str
    cells: list[str]


def first_rejected(run: ImportRun) -> list[RejectedRow]:
    """The first rows of the file that `catalog.importing.rejected_csv` made."""
    return list(islice(_rejected(_head(run, "rejected")), REJECTED_SHOWN))


def understood_columns(run: ImportRun) -> Columns | None:
    """What the import takes the columns of an upload for; None once the upload is not kept any more."""
    try:
        return CsvFile(_head(run, "content")).columns
    except Refused:
        return None


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
            yield RejectedRow(number, reason, [text for text in texts if text][:CELLS_SHOWN])
