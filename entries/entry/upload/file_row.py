"""A row of a file of entries, as it is kept between preview and confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.shoes.search import by_key
from entries.entry.sheet_rows import TEXTS, Row
from tenants.files.grid import GridRow
from tenants.refusal import Refused


@dataclass(slots=True)
class FileRow:
    """One row of the file: the number that Excel shows, what it says, and what was understood."""

    number: int
    row: Row
    who: str
    race: str
    jaaf_id: str = ""
    kana: str = ""
    shoe: str = ""
    refused: dict[str, Refused] = field(default_factory=dict)
    grid: GridRow = field(default_factory=lambda: GridRow(0, []))
    is_idle: bool = False
    """Names somebody and enters nobody, as a row of the template that was left alone."""

    def as_json(self) -> dict[str, Any]:
        """A row as JSON for `EntryUpload.rows`; `from_json` reads it."""
        row = {name: getattr(self.row, name) for name in (*TEXTS, "pacemaker")}
        codes = {name: [refusal.code, dict(refusal.data)] for name, refusal in self.refused.items()}
        said = {name: getattr(self, name) for name in ("number", "who", "race", "jaaf_id", "kana", "shoe", "is_idle")}
        return said | {"row": row, "refused": codes, "grid": self.grid.as_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "FileRow":
        """The row that `as_json` made."""
        said = {name: stored[name] for name in ("number", "who", "race", "jaaf_id", "kana")}
        said["shoe"] = stored.get("shoe", "")  # files from before there was the column
        codes = {name: Refused(code, **data) for name, (code, data) in stored["refused"].items()}
        grid = GridRow.from_json(stored["grid"]) if "grid" in stored else GridRow(stored["number"], [])
        row = Row(stored["number"], **stored["row"])
        return cls(row=row, refused=codes, grid=grid, is_idle=stored.get("is_idle", False), **said)

    def as_cells(self) -> list[str]:
        """The row in the order of the template's columns, for the file of refused rows."""
        row, pacemaker = self.row, "○" if self.row.pacemaker else ""
        return [self.jaaf_id, self.who, self.kana, self.race, row.seed_time, row.personal_best, pacemaker, self.shoe]


def read_shoes(rows: Sequence[FileRow]) -> None:
    """Find the shoes that a file names by their keys: a number there is a reference, never an id. One query; none
    without shoes."""
    found = by_key({row.shoe for row in rows if row.shoe})
    for row in rows:
        if row.shoe in found:
            row.row.shoe = str(found[row.shoe])
        elif row.shoe:
            row.refused["shoe"] = Refused("shoe_unknown")
