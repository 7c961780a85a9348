"""Prints the rows of a sheet, hundreds at the price of one.

A row's template is rendered once per process; the rows are poured from that mould (`tenants.moulds`). What a mould has no
place for, an error, a shoe, a pacemaker, is rendered by the same template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from entries.entry.sheet.sheet_layout import Block
from entries.entry.sheet_rows import TEXTS, Row
from entries.entry.shoes import NO_SHOE, ShoeField
from entries.roster.models import Athlete
from tenants.moulds import mark, mould_of, pour

ROW, BLOCK = "pieces/sheet_row.html", "pieces/sheet_block.html"
FIRST, FURTHER, SPARE = "first", "further", "spare"
NO_ERRORS = dict.fromkeys((*TEXTS, "pacemaker"), "")
"""A template asks for each field's error; looking up what is not there costs it more than all the rest of a row."""
VALUES = (
    "number", "athlete", "who", "kana", "name", "sex", "grade", "held", "races", "athletes", "seed_time", "personal_best",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row ready to print. `races`, `athletes` and `held` are the options and links that stand in it."""

    row: Row
    kind: str
    block: Block | None
    races: str
    sex: str = ""
    athletes: str = ""
    held: str = ""
    shoe: ShoeField = NO_SHOE

    @property
    def is_plain(self) -> bool:
        """Whether a mould has a place for all it holds."""
        return not (self.row.errors or self.row.shoe or self.row.pacemaker)

    def values(self) -> dict[str, str]:
        """All that a mould has a place for, ready for HTML."""
        row, who, kana, grade = self.row, "", "", ""
        if self.block:
            athlete = self.block.athlete
            who, kana, grade = athlete.name_here, athlete.name_beside, athlete.grade
        shown = {"who": who, "name": who, "kana": kana, "sex": self.sex, "grade": grade}
        shown |= {"athlete": row.athlete, "seed_time": row.seed_time, "personal_best": row.personal_best}
        made = {"number": f"{row.number}", "held": self.held, "races": self.races, "athletes": self.athletes}
        return {name: escape(text) if text else "" for name, text in shown.items()} | made


class Printer:
    """Prints lines in the reader's language, with or without a column for shoes."""

    def __init__(self, *, has_shoes: bool) -> None:
        self.language, self.has_shoes = get_language() or "", has_shoes

    def block(self, athlete: int, lines: list[Line]) -> SafeString:
        """All rows of one athlete."""
        rows = "".join(map(self.line, lines))
        return pour(_mould(BLOCK, "", self.language, self.has_shoes), {"athlete": f"{athlete}", "rows": rows})

    def line(self, line: Line) -> SafeString:
        values = line.values()
        if line.is_plain:
            return pour(_mould(ROW, line.kind, self.language, self.has_shoes), values)
        return _render(ROW, line.kind, values, line.row, line.shoe, has_shoes=self.has_shoes)


@cache
def _mould(template: str, kind: str, language: str, has_shoes: bool) -> list[str]:
    values: dict[str, Any] = {name: mark(name) for name in (*VALUES, "rows")}
    return mould_of(_render(template, kind, values, Row(), NO_SHOE, has_shoes=has_shoes))


def _render(
    template: str, kind: str, values: Mapping[str, Any], row: Row, shoe: ShoeField, *, has_shoes: bool
) -> SafeString:
    shown = {**values, **labels(), "kind": kind, "has_shoes": has_shoes, "pacemaker": row.pacemaker, "shoe": shoe}
    return render_to_string(
        template,
        shown
        | {
            "n": f"rows-{values['number']}",
            "errors": NO_ERRORS | row.errors,
            "is_wrong": bool(row.errors),
            "typed_shoe": row.shoe,
        },
    )


def athlete_options(athletes: Sequence[Athlete], selected: str) -> str:
    """The options of a choice of athlete; `selected` may be none of them."""
    known, printed = False, []
    for athlete in athletes:
        number = f"{athlete.pk}"
        known |= number == selected
        mould = _option_mould(number == selected)
        printed.append(pour(mould, {"pk": number, "name": escape(athlete.name_here)}))
    lost = selected if not known else ""
    return render_to_string("pieces/athlete_options.html", {"options": SafeString("".join(printed)), "lost": lost})


@cache
def _option_mould(is_selected: bool) -> list[str]:
    values = {"pk": mark("pk"), "name": mark("name"), "is_selected": is_selected}
    return mould_of(render_to_string("pieces/athlete_option.html", values))


def labels() -> dict[str, str]:
    """The names of the columns, which each field says too."""
    return {
        "race_label": gettext("種目"), "seed_label": gettext("申告タイム"), "best_label": gettext("自己ベスト"),
        "shoe_label": gettext("シューズ"), "pace_label": gettext("ペースメーカー"), "add_label": gettext("＋種目"),
    }  # fmt: skip
