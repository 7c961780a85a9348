"""Lines of files and sheets that a team typed, in which a person has theirs."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from entries.records.person import Person
from entries.records.texts import GONE
from entries.records.traces import Trace, Values

LINES = _("本人の行だけを除きます")
PROVISIONAL_DIGITS = 18
"""Digits of the number of somebody who is not on the roster yet (`entries.entry.upload.newcomers`): it names nobody."""
REASONS = ("r", "w", "refused")
"""Of a line: why it is refused or doubtful, which may name somebody else."""


def lines_within(row: Any, person: Person, athletes: set[str]) -> Iterator[Trace]:
    """The lines in `rows` of a row that are theirs go; the others lose what they say of them.

    `athletes` are the numbers of the person's athletes, as texts.
    """
    theirs = [line for line in row.rows if _is_theirs(line, person, athletes)]
    left = [person.without(line) for line in row.rows if line not in theirs]
    changes: Values = {"rows": left} if left != row.rows else {}
    if person.is_in(getattr(row, "file_name", "")):
        changes["file_name"] = GONE
    if getattr(row, "content", None):
        changes["content"] = None
    if changes:
        yield Trace(type(row), row.pk, changes, {"id": row.pk, "rows": theirs})


def _is_theirs(line: Any, person: Person, athletes: set[str]) -> bool:
    """By the athlete's number where the line has one: a team may have two of the same name."""
    number = _number_of(line)
    if not number and isinstance(line, dict):
        line = {name: value for name, value in line.items() if name not in REASONS}
    return number in athletes if number else person.is_line(line)


def _number_of(line: Any) -> str:
    """Of the athlete on a line: `athlete` on a sheet, `a` in a roster's file, `row` within a file of entries."""
    if not isinstance(line, dict):
        return ""
    row = line.get("row")
    number = str(line.get("athlete") or line.get("a") or (row.get("athlete") if isinstance(row, dict) else "") or "")
    return number if len(number) < PROVISIONAL_DIGITS else ""
