"""Refused rows, kept as a CSV: where each stood, why it was refused, and its cells as they were.

Corrected there, the file can be taken in again: the import leaves the first two columns alone.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tenants.files.tables import guarded
from tenants.refusal import Refused
from tenants.wording import say

NUMBER, REASONS = pgettext_lazy("import", "元の行"), gettext_lazy("取り込めない理由")
OWN_TITLES = (NUMBER, REASONS)
MOST_BYTES = 20 * 1024 * 1024
PIECE = 2 * 1024 * 1024
MOST_CELL = 32_000
"""A spreadsheet's cell holds 32,767 characters."""
SHOWN = 20


class Why(NamedTuple):
    """A reason, and the title and the field of the column that it is about, if it is about one."""

    refusal: Refused
    column: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.column}: {say(self.refusal)}" if self.column else say(self.refusal)


class Rejected:
    """Grows row by row up to some megabytes; rows beyond are counted, and the file's last line says so."""

    def __init__(self, header: Sequence[str]) -> None:
        self.count = 0
        self.first: list[tuple[int, str]] = []
        self._out = tempfile.SpooledTemporaryFile(PIECE)  # noqa: SIM115 - lives as long as the object
        self._text = io.TextIOWrapper(self._out, "utf-8-sig", errors="replace", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._left_out = 0
        self._write([NUMBER, REASONS, *header])

    def add(self, number: int, reasons: Sequence[Why], cells: Sequence[object]) -> None:
        """Note a row, whose number is the one that its file has for it."""
        self.count += 1
        said = _("・").join(map(str, reasons))
        if len(self.first) < SHOWN:
            self.first.append((number, said))
        if self._out.tell() > MOST_BYTES:
            self._left_out += 1
        else:
            self._write([number, said, *cells])

    def close(self) -> None:
        """No row comes any more. Call it once, before `pieces`."""
        if self._left_out:
            self._write(["", _("ほか%(count)s行") % {"count": self._left_out}])

    def pieces(self) -> Iterator[bytes]:
        """The file, some megabytes at a time; nothing when no row was refused."""
        self._out.seek(0)
        while self.count and (piece := self._out.read(PIECE)):
            yield piece

    def _write(self, cells: Sequence[object]) -> None:
        self._writer.writerow([guarded("" if cell is None else str(cell)[:MOST_CELL]) for cell in cells])
