"""All starts of a meet as a workbook to edit: what its columns are called, how it is written, and what a row of it says.

Heat, hip number and bib may be edited. A row is known by the number of its entry, and the check says how it stood when it was
written out: so it is seen what somebody edited here, and what another changed meanwhile.
"""

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from entries.heat.start_list import Listed, start_list_of
from entries.meet.models import Meet, Race
from tenants.files.grid import Titles
from tenants.files.tables import Cell, Duration, text_of, write_typed_xlsx
from tenants.refusal import Refused

EDITED = ("heat", "hip", "bib")
CHOICES: Mapping[str, str | Promise] = {
    "race": gettext_lazy("種目"), "heat": gettext_lazy("組"), "hip": gettext_lazy("腰ナンバー"), "bib": pgettext_lazy("column", "ナンバーカード"),
    "name": gettext_lazy("氏名"), "kana": gettext_lazy("フリガナ"), "team": gettext_lazy("チーム"), "time": gettext_lazy("申告タイム"),
    "starts_at": gettext_lazy("スタート時刻"), "note": gettext_lazy("備考"), "entry": gettext_lazy("申込番号"), "check": gettext_lazy("照合"),
}  # fmt: skip
_TITLES = {
    "種目": "race", "race": "race", "組": "heat", "heat": "heat", "腰ナンバー": "hip", "hipnumber": "hip", "ナンバーカード": "bib", "bib": "bib",
    "氏名": "name", "name": "name", "申込番号": "entry", "entryno.": "entry", "照合": "check", "check": "check",
}  # fmt: skip
_CHECK = re.compile(r"h(\d{1,5}) n(\d{0,5}) b(\d{0,9})")
LONGEST_ID = 18


class Numbers(NamedTuple):
    """Heat, hip number and bib of a start; None for none."""

    heat: int | None
    hip: int | None
    bib: int | None


def _field_of(title: str) -> str | None:
    return _TITLES.get(re.sub(r"\s+", "", unicodedata.normalize("NFKC", title)).casefold())


def _is_enough(fields: AbstractSet[str]) -> bool:
    return {"entry", "check"} <= fields and bool(fields & set(EDITED))


TITLES = Titles(CHOICES, _field_of, _is_enough)


def starts_xlsx(meet: Meet, *, race: Race | None = None) -> bytes:
    """The workbook: a row a start of the meet, or of one race, in the order of the programme. Four queries."""
    races = dict(Race.objects.filter(meet=meet).values_list("pk", "name"))
    rows = (_row(meet, races[one.race], one) for one in start_list_of(meet, races=[race.pk] if race else None))
    return write_typed_xlsx([str(title) for title in CHOICES.values()], rows, title=_("スタートリスト"))


def _row(meet: Meet, race: str, one: Listed) -> tuple[object, ...]:
    return (
        race, one.heat, one.hip_number, one.bib, one.name, one.kana, one.team, "NT" if one.seed_time is None else Duration(one.seed_time),
        one.starts_at.astimezone(meet.zone) if one.starts_at else None, one.note, str(one.entry), check_of(one),
    )  # fmt: skip


def numbers_of(one: Listed) -> Numbers:
    """Those of a start."""
    return Numbers(one.heat, one.hip_number, one.bib)


def check_of(one: Listed) -> str:
    """`h3 n12 b101`: how it stands. A text that no spreadsheet takes for a number or a day."""
    return f"h{one.heat} n{one.hip_number or ''} b{one.bib or ''}"


def checked(cell: Cell) -> Numbers:
    """How the start stood when the row was written. Raises Refused("row_check")."""
    found = _CHECK.fullmatch(text_of(cell))
    if found is None:
        raise Refused("row_check")
    return Numbers(*(int(part) if part else None for part in found.groups()))


def number_in(cell: Cell) -> int | None:
    """A whole number, also in full width; None for an empty cell. Raises Refused("row_number")."""
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Refused("row_number", text=text[:20])
    return int(text)


def entry_in(cell: Cell) -> int:
    """The number of the entry. Raises Refused("row_entry")."""
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise Refused("row_entry")
    return int(text)
