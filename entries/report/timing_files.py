"""Files for programs of a timing room or a federation: CSV in the encoding that a meet says, and what is to be told of them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from entries.report.encodings import CODECS, written
from tenants.files.tables import guarded

NOTES = "notes.txt"
"""Where it stands, beside the files, what was told."""
Row = Sequence[object]


@dataclass(slots=True)
class TimingFiles:
    """Name -> content; what was put in place of letters that the encoding lacks, and what else is to be known."""

    encoding: str
    files: dict[str, bytes] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    starts: int = 0
    heats: int = 0

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """A file of these rows, lines ending with CR LF. Any text is inert in a spreadsheet."""
        out = io.StringIO(newline="")
        cells = ([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        csv.writer(out, lineterminator="\r\n").writerows(cells)
        text, replaced = written(out.getvalue(), self.encoding)
        self.files[name] = text.encode(CODECS[self.encoding])
        self.replaced |= replaced

    def letters(self) -> list[str]:
        """A line for each letter that was replaced."""
        return [f"U+{ord(letter):04X} {letter} > {new or '-'}" for letter, new in sorted(self.replaced.items())]

    def told(self) -> list[str]:
        """The notes, then the letters."""
        return [*self.notes, *self.letters()]

    def with_notes(self, name: str = NOTES) -> dict[str, bytes]:
        """The files, and what is to be told of them as one more; that nothing was replaced where there is nothing."""
        lines = self.told() or [gettext("置き換えた文字も、気をつけることもありません。")]
        return {**self.files, name: "\r\n".join(lines).encode("utf-8-sig")}
