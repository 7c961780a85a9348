"""What was typed on a sheet, in whatever form, and how it becomes lines. Shared by the page, drafts and files."""

import secrets
from dataclasses import dataclass, field

from entries.entry.lines import Line
from entries.marks import NotATime, parse_time
from tenants.refusal import Refused

LONGEST_TIME = 40
TEXTS = ("athlete", "race", "seed_time", "personal_best", "shoe")

Refusals = dict[int, dict[str, Refused]]


@dataclass(slots=True)
class Row:
    """One row as it was typed, whatever that was, and what is wrong with it, by field and in words."""

    number: int = 0
    athlete: str = ""
    race: str = ""
    seed_time: str = ""
    personal_best: str = ""
    shoe: str = ""
    pacemaker: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; the athlete alone does not count, since the page fills it in."""
        return not (self.race or self.seed_time or self.personal_best or self.shoe or self.pacemaker)


@dataclass(slots=True)
class Sheet:
    """A posted sheet: the rows as typed, the lines that could be read, and the refusals of what could not."""

    key: str
    rows: list[Row]
    lines: list[Line] = field(default_factory=list)
    refused: Refusals = field(default_factory=dict)
    general: list[Refused] = field(default_factory=list)

    @property
    def is_well_formed(self) -> bool:
        """Whether every row could be read."""
        return not (self.refused or self.general)


def new_key() -> str:
    """A fresh submission key for a page."""
    return secrets.token_urlsafe(18)


def line_of(row: Row) -> tuple[Line, dict[str, Refused]]:
    """The row as `actions.submit` takes it, with the refusal of each field that could not be read."""
    refused: dict[str, Refused] = {}
    times: dict[str, int | None] = {}
    for name in ("seed_time", "personal_best"):
        try:
            times[name] = time_of(getattr(row, name))
        except Refused as refusal:
            refused[name], times[name] = refusal, None
    if not row.athlete.strip():
        refused["athlete"] = Refused("athlete_missing")
    line = Line(
        number=row.number,
        athlete_id=id_of(row.athlete),
        race_id=id_of(row.race),
        seed_time=times["seed_time"],
        personal_best=times["personal_best"],
        pacemaker=row.pacemaker,
        shoe_id=id_of(row.shoe) if row.shoe.strip() else None,
    )
    return line, refused


def without_time(sheet: Sheet) -> int:
    """How many entries would go without a seed time (NT)."""
    return sum(1 for line in sheet.lines if line.seed_time is None)


def id_of(text: str) -> int:
    """A primary key; 0, which no row has, for what is none. 18 digits are within the database's bigint."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def time_of(text: str) -> int | None:
    """Hundredths of a second; None for an empty text. Raises Refused with `time_` and the parser's code."""
    if not text.strip():
        return None
    try:
        return parse_time(text) if len(text) <= LONGEST_TIME else _too_much_text()
    except NotATime as error:
        raise Refused(f"time_{error.code}") from None


def _too_much_text() -> int:
    raise NotATime("unreadable")
