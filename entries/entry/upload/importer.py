"""The rows of a file or a paste of entries: whose each is, which race is meant.

Shape only: the rows become texts as on the sheet, and go the sheet's way through `sheet_rows.line_of`, `rules` and the action.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from entries.entry.sheet_rows import LONGEST_TIME, Row
from entries.entry.upload.columns import PEOPLE, is_meant, titles_for
from entries.entry.upload.file_row import FileRow, read_shoes
from entries.entry.upload.people import People, name_in
from entries.entry.upload.race_names import RaceNames, fold
from entries.meet.models import Race
from entries.roster.models import Athlete
from tenants.files.formulas import without_value
from tenants.files.grid import Grid, GridRow, Said
from tenants.files.stored_cells import storable
from tenants.files.tables import text_of
from tenants.refusal import Refused

LONGEST_TEXT = 200
_PERSON = PEOPLE | {"given_name", "kana", "birth_date"}
_YES = frozenset({"1", "○", "〇", "◯", "o", "y", "yes", "true", "はい", "有", "有り", "あり", "する"})


class Reader:
    """Reads the rows of grids for one team and one meet."""

    def __init__(self, athletes: Sequence[Athlete], races: Iterable[Race]) -> None:
        self.people, self.races = People(athletes), RaceNames(races)
        self.titles = titles_for(self.people, self.races)

    def rows(self, grid: Grid, *, known: Mapping[int, Mapping[str, Any]] | None = None) -> list[FileRow]:
        """All rows, their shoes too. Those that were not mended since they were stored in `known` are taken from there."""
        found = []
        for row in grid.rows:
            stored = (known or {}).get(row.number)
            same = stored is not None and dict(stored.get("grid", {}).get("m", {})) == row.mended
            found.append(FileRow.from_json(stored) if stored is not None and same else self.read(row, grid))
        read_shoes([row for row in found if row.shoe and not row.row.shoe and "shoe" not in row.refused])
        return found

    def read(self, row: GridRow, grid: Grid) -> FileRow:
        """What a row says and what was understood; who or which race is meant may be refused."""
        said = grid.said(row) if grid.is_understood else {}
        refused: dict[str, Refused] = {}
        athlete = self._athlete(said, refused)
        race = self._race(said, athlete, refused)
        refused |= without_value(row, grid) if said else {}
        if _PERSON & refused.keys():
            refused.pop("athlete", None)
        typed = Row(
            row.number,
            athlete=str(athlete.pk) if athlete else "",
            race=str(race.pk) if race else "",
            seed_time=_text(said, "seed_time")[: LONGEST_TIME + 1],
            personal_best=_text(said, "personal_best")[: LONGEST_TIME + 1],
            pacemaker=fold(_text(said, "pacemaker")) in _YES,
        )
        return FileRow(
            row.number,
            typed,
            who=(athlete.full_name if athlete else storable(name_in(said)))[:LONGEST_TEXT],
            race=race.name_here if race else _text(said, "race"),
            jaaf_id=athlete.jaaf_id if athlete and _text(said, "jaaf_id") else _text(said, "jaaf_id"),
            kana=athlete.full_kana if athlete else _text(said, "kana"),
            shoe=_text(said, "shoe"),
            refused=refused if is_meant(said) else {},
            grid=row,
            is_idle=not is_meant(said),
        )

    def _athlete(self, said: Said, refused: dict[str, Refused]) -> Athlete | None:
        try:
            return self.people.find(said)
        except Refused as refusal:
            refused["athlete"] = refusal
            return None

    def _race(self, said: Said, athlete: Athlete | None, refused: dict[str, Refused]) -> Race | None:
        title = _text(said, "race")
        try:
            if not title:
                raise Refused("race_missing")
            return self.races.find(title, athlete)
        except Refused as refusal:
            refused["race"] = refusal
            return None


def _text(said: Said, name: str) -> str:
    return storable(text_of(said.get(name)))[:LONGEST_TEXT]


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
        *[[race.name_here] for race in races],
        [""],
        [_("タイムは 14:05.32 のように入力してください（14.05.32、14分05秒32 も読み取ります）。")],
        [_("種目が空欄の行は読み飛ばします。1人で2種目の場合は行をコピーしてください。")],
        [_("シューズ（任意）は「ブランド 型番」、または型番だけを入力してください。")],
    ]
