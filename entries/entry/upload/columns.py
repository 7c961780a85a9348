"""The columns of files and pastes of entries: their titles, what is enough of them, and rows that have none above them."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.entry.sheet_rows import time_of
from entries.entry.upload.people import People
from entries.entry.upload.race_names import RaceNames, fold
from tenants.files.grid import Columns, Titles
from tenants.files.tables import Cell, text_of
from tenants.refusal import Refused

CHOICES: Mapping[str, str | Promise] = {
    "jaaf_id": "JAAF ID", "name": _("氏名"), "family_name": _("姓"), "given_name": _("名"), "kana": _("フリガナ"),
    "birth_date": _("生年月日"), "race": _("種目"), "seed_time": _("申告タイム"), "personal_best": _("自己ベスト"),
    "pacemaker": _("ペースメーカー"), "shoe": _("シューズ"),
}  # fmt: skip
_OTHERS: Mapping[str, str] = {
    "jaaf_id": "jaafid jaaf番号 jaafid番号",
    "name": "選手 選手名 氏名 名前 競技者名 name fullname athlete",
    "family_name": "姓 氏 familyname",
    "given_name": "名 givenname",
    "kana": "フリガナ ふりがな カナ 氏名カナ 氏名フリガナ kana namekana furigana",
    "birth_date": "生年月日 birthdate dateofbirth",
    "race": "種目 種目名 参加種目 申込種目 race event races events",
    "seed_time": "申告タイム 申告記録 申込記録 資格記録 目標タイム タイム 記録 seedtime declaredtime entrytime",
    "personal_best": "自己ベスト 自己記録 自己最高記録 ベスト pb personalbest",
    "pacemaker": "ペースメーカー pm pacemaker pacer",
    "shoe": "シューズ 使用シューズ 靴 shoe shoes",
}
_FIELDS = {title: name for name, titles in _OTHERS.items() for title in titles.split()}
PEOPLE = frozenset({"jaaf_id", "name", "family_name"})


def field_of(title: str) -> str | None:
    """What a title means, without what stands in its brackets."""
    return _FIELDS.get(re.sub(r"[（(].*?[)）]", "", fold(title)))


def is_enough(fields: AbstractSet[str]) -> bool:
    """Whether the race and somebody are named."""
    return "race" in fields and bool(fields & PEOPLE)


TITLES = Titles(CHOICES, field_of, is_enough)


def titles_for(people: People, races: RaceNames) -> Titles:
    """The titles, and rows without them: read by whom, which race and what times their cells name."""
    return TITLES._replace(understand=lambda cells: _understand([text_of(cell) for cell in cells], people, races))


def _understand(cells: Sequence[str], people: People, races: RaceNames) -> Columns:
    """Nothing for a row that names neither somebody of the team nor a race."""
    found: Columns = _person_in(cells, people)
    times: list[int] = []
    for place, text in enumerate(cells):
        if not text or place in found:
            continue
        if "race" not in found.values() and races.is_said(text, is_time=_is_time(text)):
            found[place] = "race"
        elif _is_time(text) and not re.fullmatch("[0-9]{1,2}", fold(text)):
            times.append(place)
    if not found:
        return {}
    marked = [place for place in times if not fold(cells[place]).isdecimal()]
    found |= dict(zip(marked or times, ("seed_time", "personal_best"), strict=False))
    if not PEOPLE & set(found.values()):
        left = (place for place, text in enumerate(cells) if text and place not in found and not _is_number(text))
        found |= dict.fromkeys(list(left)[:1], "name")
    return found


def _person_in(cells: Sequence[str], people: People) -> Columns:
    for place, text in enumerate(cells):
        if text and people.has_id(text):
            return {place: "jaaf_id"}
        if text and people.has_name(text):
            return {place: "name"}
        if text and place + 1 < len(cells) and cells[place + 1] and people.has_name(text + cells[place + 1]):
            return {place: "family_name", place + 1: "given_name"}
    return {}


def _is_number(text: str) -> bool:
    return fold(text).replace(".", "").isdecimal()


def _is_time(text: str) -> bool:
    try:
        return time_of(text) is not None
    except Refused:
        return False


def is_meant(said: Mapping[str, Cell]) -> bool:
    """Whether a row is meant for entering somebody: a person alone, as in the template, is not."""
    return any(text_of(said.get(name)) for name in ("race", "seed_time", "personal_best", "pacemaker", "shoe"))
