"""One row of a sheet once it is typed: what every door hands to `actions.submit`."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenants.refusal import Refused

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 10
MAX_ROWS = 400


@dataclass(frozen=True, slots=True)
class Line:
    """An athlete in a race. `number` is the row's index on the sheet, from 0; times are hundredths of a second."""

    number: int
    athlete_id: int
    race_id: int
    seed_time: int | None = None
    personal_best: int | None = None
    pacemaker: bool = False
    shoe_id: int | None = None


class SheetRefused(Exception):
    """The sheet is refused as a whole: nothing was written.

    `rows` maps a row's number to its refusals by field name (`athlete`, `race`, `seed_time` …); `general` holds what
    concerns no single row.
    """

    def __init__(
        self, rows: Mapping[int, Mapping[str, Refused]] | None = None, general: Sequence[Refused] = ()
    ) -> None:
        super().__init__(f"{len(rows or {})} rows, {[refusal.code for refusal in general]}")
        self.rows = rows or {}
        self.general = general


def hash_of(meet_id: int, lines: Sequence[Line]) -> str:
    """Tells a repeated submission from another one under the same key."""
    body = json.dumps([meet_id, [[getattr(line, name) for name in Line.__slots__] for line in lines]])
    return hashlib.sha256(body.encode()).hexdigest()


def new_reference() -> str:
    """A receipt number that cannot be guessed and has no letters that look like digits."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))
