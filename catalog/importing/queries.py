"""What is asked about a run besides its own row."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.db.models import BinaryField
from django.db.models.functions import Substr

from catalog.importing.models import ImportFile, ImportRun
from tenants.tables import unguarded

REJECTED_SHOWN = 50
HEAD_BYTES = 256 * 1024
"""Of a file of refused rows, which may have twenty megabytes, enough for those that a page shows."""
CELLS_SHOWN = 6


class RejectedRow(NamedTuple):
    """A refused row: its number in the file, why, and the first of its cells that hold anything."""

    number: str
    reason: str
    cells: list[str]


def first_rejected(run: ImportRun) -> list[RejectedRow]:
    """The first rows of `catalog.importing.rejected`'s file."""
    head = Substr("rejected", 1, HEAD_BYTES, output_field=BinaryField())
    found = ImportFile.objects.filter(run=run).annotate(head=head).values_list("head", flat=True).first()
    return list(islice(_rows(bytes(found or b"")), REJECTED_SHOWN))


def _rows(data: bytes) -> Iterator[RejectedRow]:
    whole = data if len(data) < HEAD_BYTES else data[: data.rfind(b"\n") + 1]
    reader = csv.reader(io.StringIO(whole.decode("utf-8-sig", "replace"), newline=""))
    next(reader, None)
    for number, reason, *cells in reader:
        if number:
            texts = [unguarded(cell).strip() for cell in cells]
            yield RejectedRow(number, reason, [text for text in texts if text][:CELLS_SHOWN])
