"""Cells as the database's JSON holds them while a grid waits to be confirmed."""

import re
from datetime import date, datetime
from typing import Any

from tenants.files.tables import Cell

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Without what the database's JSON cannot hold: PostgreSQL's takes neither NUL nor half of a surrogate pair."""
    return _UNSTORABLE.sub("", text)


def json_of(cell: Cell) -> Any:
    """A cell for JSON; `cell_of` reads it."""
    if isinstance(cell, str):
        return storable(cell)
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return str(cell) if isinstance(cell, float) and not -1e300 < cell < 1e300 else cell


def cell_of(stored: Any) -> Cell:
    """The cell that `json_of` made."""
    if not isinstance(stored, dict):
        cell: Cell = stored
        return cell
    text = stored["d"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
