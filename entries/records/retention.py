"""How long a person or a meet is kept whole. A room says when their time is over; the archive, which knows what hangs on
them everywhere, then erases or purges. Classes of rows that simply go need nothing of this: see `tenants.privacy.classes`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tenants.privacy.classes import Clear

_clears: dict[str, Clear] = {}


def register_clear(kind: str, clear: Clear) -> None:
    """Say how rows of a kind, for example `athlete`, are cleared. Raises ValueError when that is said."""
    if _clears.setdefault(kind, clear) is not clear:
        raise ValueError(f"registered twice: {kind}")


def cleared(kind: str) -> Clear:
    """For a `RetentionClass`: looked up when the rows are due, since the archive comes after the rooms."""

    def clear(rows: Sequence[Any], at: datetime) -> int:
        return _clears[kind](rows, at)

    return clear
