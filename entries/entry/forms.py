"""What the web accepts: the sheet (contract, section 5) and a corrected time. Shape only; `rules` decides the rest.

The sheet is read by hand and not with a formset: 400 rows of form objects would cost more than the submission itself.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entries.entry.order import Line
from entries.marks import NotATime, parse_time
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.wording import say

PREFIX = "rows"
MAX_TOTAL_FORMS = 1_000
"""Rows on a page, most of them empty: 400 athletes with two rows each and room to add. Lines are bounded by
`order.MAX_ROWS`."""
LONGEST_TIME = 40
TEXTS = ("athlete", "race", "seed_time", "personal_best", "shoe")
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_ROW_FIELD = re.compile(r"rows-(\d{1,4})-(?:athlete|race|seed_time|personal_best|shoe|pacemaker)")

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


def read_sheet(post: Mapping[str, Any]) -> Sheet:
    """The rows of a POST. Never raises: what cannot be read is kept as typed and refused."""
    total, general = _total(post)
    key = post.get("submission_key", "").strip()
    if not _KEY.fullmatch(key):
        key = ""
        general.append(Refused("key_missing"))
    sheet = Sheet(key=key, rows=[_row(post, number) for number in total], general=general)
    for row in sheet.rows:
        if row.race.strip():
            line, refused = line_of(row)
            sheet.lines.append(line)
            if refused:
                sheet.refused[row.number] = refused
    return sheet


def _total(post: Mapping[str, Any]) -> tuple[range, list[Refused]]:
    """The row numbers to read. A page that lost its bookkeeping is refused, with all it holds kept."""
    text = post.get(f"{PREFIX}-TOTAL_FORMS", "").strip()
    total = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
    if 0 <= total <= MAX_TOTAL_FORMS:
        return range(total), []
    numbers = {int(found[1]) for name in post if (found := _ROW_FIELD.fullmatch(name))}
    seen = range(min(max(numbers, default=-1) + 1, MAX_TOTAL_FORMS))
    return seen, [Refused("too_many_rows", limit=MAX_TOTAL_FORMS) if total > 0 else Refused("sheet_damaged")]


def _row(post: Mapping[str, Any], number: int) -> Row:
    start = f"{PREFIX}-{number}-"
    return Row(
        number,
        *(post.get(start + name, "") for name in TEXTS),
        pacemaker=post.get(start + "pacemaker", "") not in ("", "0", "false", "False"),
    )


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


class TimesForm(Form):
    """A live entry's declared time and personal best, corrected on the receipt."""

    seed_time = forms.CharField(label=_("申告タイム"), required=False, max_length=LONGEST_TIME)
    personal_best = forms.CharField(label=_("自己ベスト"), required=False, max_length=LONGEST_TIME)

    def _time(self, name: str) -> int | None:
        try:
            return time_of(self.cleaned_data[name])
        except Refused as refusal:
            raise forms.ValidationError(say(refusal)) from None

    def clean_seed_time(self) -> int | None:
        """Hundredths, or None."""
        return self._time("seed_time")

    def clean_personal_best(self) -> int | None:
        """Hundredths, or None."""
        return self._time("personal_best")
