"""Entries from an Excel or CSV file: which column is what, whose row it is, which race is meant.

Shape only: the rows become texts as on the sheet, and go the sheet's way through `sheet_rows.line_of`, `rules` and the action.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from entries.dates import NotADate, parse_date
from entries.entry.sheet_rows import LONGEST_TIME, Row
from entries.entry.upload.preview import FileRow
from entries.entry.upload.race_names import RaceNames, fold
from entries.meet.models import Race
from entries.roster.models import Athlete
from tenants.files.tables import Cell, Table, text_of
from tenants.refusal import Refused

LONGEST_TEXT = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "jaaf_id": ("jaafid", "jaaf番号", "jaafid番号"),
    "name": ("選手", "選手名", "氏名", "名前", "競技者名", "name", "fullname", "athlete"),
    "family_name": ("姓", "氏", "familyname"),
    "given_name": ("名", "givenname"),
    "kana": ("フリガナ", "ふりがな", "カナ", "氏名カナ", "氏名フリガナ", "kana", "namekana", "furigana"),
    "birth_date": ("生年月日", "birthdate", "dateofbirth"),
    "race": ("種目", "種目名", "参加種目", "申込種目", "race", "event", "races", "events"),
    "seed_time": (
        "申告タイム",
        "申告記録",
        "申込記録",
        "資格記録",
        "目標タイム",
        "タイム",
        "記録",
        "seedtime",
        "declaredtime",
        "entrytime",
    ),
    "personal_best": ("自己ベスト", "自己記録", "自己最高記録", "ベスト", "pb", "personalbest"),
    "pacemaker": ("ペースメーカー", "pm", "pacemaker", "pacer"),
    "shoe": ("シューズ", "使用シューズ", "靴", "shoe", "shoes"),
}
ENTERS = ("race", "seed_time", "personal_best", "pacemaker", "shoe")
"""A row in which one of these stands is meant for entering somebody."""
_YES = frozenset({"1", "○", "〇", "◯", "o", "y", "yes", "true", "はい", "有", "有り", "あり", "する"})


def is_header(cells: list[str]) -> bool:
    """Whether a row names at least the race and somebody."""
    names = set(_columns(cells))
    return "race" in names and bool(names & {"jaaf_id", "name", "family_name"})


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Which field stands in which column; the first of two wins."""
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        name = known.get(re.sub(r"[（(].*?[）)]", "", fold(title)))
        if name is not None:
            found.setdefault(name, index)
    return found


def read_rows(table: Table, *, athletes: Sequence[Athlete], races: Iterable[Race]) -> tuple[list[FileRow], int]:
    """The file's rows in its order, and how many name nobody to enter: a person without a race and without anything that
    would go with one, as on the sheet. Raises Refused for a file that lacks the columns."""
    if not is_header(table.header):
        raise Refused("upload_columns")
    columns = _columns(table.header)
    people, names = People(athletes), RaceNames(races)
    rows, without_race = [], 0
    for number, cells in table.rows:
        said = {name: cells[index] for name, index in columns.items() if index < len(cells)}
        if any(text_of(said.get(name)) for name in ENTERS):
            rows.append(_read(number, said, people, names))
        else:
            without_race += 1
    return rows, without_race


def _read(number: int, said: Mapping[str, Cell], people: "People", races: RaceNames) -> FileRow:
    refused: dict[str, Refused] = {}
    athlete = race = None
    try:
        athlete = people.find(said)
    except Refused as refusal:
        refused["athlete"] = refusal
    title = _text(said, "race")
    try:
        race = races.find(title, athlete) if title else None
    except Refused as refusal:
        refused["race"] = refusal
    if not title:
        refused["race"] = Refused("race_missing")
    row = Row(
        number,
        athlete=str(athlete.pk) if athlete else "",
        race=str(race.pk) if race else "",
        seed_time=_text(said, "seed_time")[: LONGEST_TIME + 1],
        personal_best=_text(said, "personal_best")[: LONGEST_TIME + 1],
        pacemaker=fold(_text(said, "pacemaker")) in _YES,
    )
    return FileRow(
        number,
        row,
        who=(athlete.full_name if athlete else _name_in(said))[:LONGEST_TEXT],
        race=race.name if race else title,
        jaaf_id=_text(said, "jaaf_id"),
        kana=athlete.full_kana if athlete else _text(said, "kana"),
        shoe=_text(said, "shoe"),
        refused=refused,
    )


def clean(text: str) -> str:
    """Without what the database's JSON cannot hold."""
    return _UNSTORABLE.sub("", text)


def _text(said: Mapping[str, Cell], name: str) -> str:
    return clean(text_of(said.get(name)))[:LONGEST_TEXT]


def _name_in(said: Mapping[str, Cell]) -> str:
    return _text(said, "name") or f"{_text(said, 'family_name')} {_text(said, 'given_name')}".strip()


class People:
    """Finds the team's athletes as a file names them."""

    def __init__(self, athletes: Sequence[Athlete]) -> None:
        self.by_jaaf_id = {athlete.jaaf_id: athlete for athlete in athletes if athlete.jaaf_id}
        self.by_name: dict[str, list[Athlete]] = defaultdict(list)
        for athlete in athletes:
            self.by_name[fold(athlete.full_name)].append(athlete)

    def find(self, said: Mapping[str, Cell]) -> Athlete:
        """By JAAF ID, else by name; of several with one name by kana or birth date. Raises Refused."""
        jaaf_id = fold(_text(said, "jaaf_id"))
        name = _name_in(said)
        if jaaf_id:
            found = self.by_jaaf_id.get(jaaf_id.zfill(11))
            if found is None:
                raise Refused("athlete_jaaf_unknown", jaaf_id=jaaf_id[:20])
            if name and fold(name) != fold(found.full_name):
                raise Refused("athlete_name_differs", name=name[:60], found=found.full_name)
            return found
        if not name:
            raise Refused("athlete_missing")
        return self._of_one_name(name, said)

    def _of_one_name(self, name: str, said: Mapping[str, Cell]) -> Athlete:
        candidates = self.by_name.get(fold(name), [])
        if not candidates:
            raise Refused("athlete_name_unknown", name=name[:60])
        kana, born = fold(_text(said, "kana")), _day(said.get("birth_date"))
        if len(candidates) > 1 and kana:
            candidates = [one for one in candidates if fold(one.full_kana) == kana]
        if len(candidates) > 1 and born is not None:
            candidates = [one for one in candidates if one.birth_date == born]
        if len(candidates) != 1:
            raise Refused("athlete_ambiguous", name=name[:60])
        return candidates[0]


def _day(cell: Cell) -> date | None:
    try:
        return parse_date(cell)
    except NotADate:
        return None


def template_header() -> list[str]:
    """The columns of the template, in Japanese or English; both are read."""
    return [
        "JAAF ID", _("氏名"), _("フリガナ"), _("種目"), _("申告タイム"), _("自己ベスト"), _("ペースメーカー"),
        _("シューズ"),
    ]  # fmt: skip


def template_rows(athletes: Iterable[Athlete]) -> list[list[Any]]:
    """The roster, with race and times to fill in."""
    return [[athlete.jaaf_id, athlete.full_name, athlete.full_kana, "", "", "", "", ""] for athlete in athletes]


def template_notes(races: Iterable[Race]) -> list[list[str]]:
    """The second sheet: the races' names to copy, and how times are written."""
    return [
        [_("種目名（コピーしてお使いください）")],
        *[[race.name] for race in races],
        [""],
        [_("タイムは 14:05.32 のように入力してください（14.05.32、14分05秒32 も読み取ります）。")],
        [_("種目が空欄の行は読み飛ばします。1人で2種目の場合は行をコピーしてください。")],
        [_("シューズ（任意）は「ブランド 型番」、または型番だけを入力してください。")],
    ]
