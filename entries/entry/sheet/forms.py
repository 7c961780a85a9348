"""What the web accepts: the sheet (contract 5) and a corrected time. Shape only; `rules` decides the rest.

The sheet is read by hand and not with a formset: 400 rows of form objects would cost more than the submission itself.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entries.entry.sheet_rows import LONGEST_TIME, TEXTS, Row, Sheet, id_of, line_of, time_of
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.wording import say

PREFIX = "rows"
MAX_TOTAL_FORMS = 5_000
"""Rows on a page, nearly all of them empty and, with script, not even sent. Lines are bounded by `lines.MAX_ROWS`."""
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_ROW_FIELD = re.compile(r"rows-(\d{1,4})-(?:athlete|race|seed_time|personal_best|shoe|pacemaker)")


def read_sheet(post: Mapping[str, Any]) -> Sheet:
    """The rows of a POST. Never raises: what cannot be read is kept as typed and refused."""
    total, general = _total(post)
    key = post.get("submission_key", "").strip()
    if not _KEY.fullmatch(key):
        key = ""
        general.append(Refused("key_missing"))
    sheet = Sheet(
        key=key, rows=[_row(post, n) for n in total if f"rows-{n}-athlete" in post or f"rows-{n}-race" in post]
    )
    sheet.general = general
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
    athlete, race, seed_time, personal_best, shoe = (post.get(start + name, "") for name in TEXTS)
    ticked = post.get(start + "pacemaker", "") not in ("", "0", "false", "False")
    return Row(number, athlete, race, seed_time, personal_best, shoe, ticked)


class ShoesForm(Form):
    """Query of the search for shoes. Ids that can be none are no ids, as on the sheet."""

    q = forms.CharField(label=_("ブランド、型番、商品名"), max_length=100, required=False)
    race = forms.CharField(label=_("種目"), required=False)
    id = forms.CharField(required=False)

    def clean_race(self) -> int:
        return id_of(self.cleaned_data["race"])

    def clean_id(self) -> int:
        return id_of(self.cleaned_data["id"])


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
        return self._time("seed_time")

    def clean_personal_best(self) -> int | None:
        return self._time("personal_best")
