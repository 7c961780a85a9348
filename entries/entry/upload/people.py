"""Which athlete of the team a row names."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from entries.dates import NotADate, parse_date
from entries.roster.athlete_fields import JAAF_DIGITS, JAAF_LEFT, jaaf_digits
from entries.roster.models import Athlete
from tenants.files.tables import Cell, text_of
from tenants.refusal import Refused
from tenants.search_key import fold, is_written


class People:
    """Finds the team's athletes as a file names them."""

    def __init__(self, athletes: Sequence[Athlete]) -> None:
        self.by_jaaf_id = {athlete.jaaf_id: athlete for athlete in athletes if athlete.jaaf_id}
        self.by_name: dict[str, list[Athlete]] = defaultdict(list)
        self.kana = {fold(athlete.full_kana) for athlete in athletes if athlete.full_kana}
        for athlete in athletes:
            self.by_name[fold(athlete.full_name)].append(athlete)

    def has_name(self, text: str) -> bool:
        """Whether somebody has this name, or it is how somebody's name is read."""
        return fold(text) in self.by_name or fold(text) in self.kana

    def has_id(self, text: str) -> bool:
        """Whether somebody has this JAAF ID, also without its leading zeros."""
        digits = jaaf_digits(text)
        return bool(re.fullmatch(f"[0-9]{{{JAAF_LEFT},{JAAF_DIGITS}}}", digits)) and padded(digits) in self.by_jaaf_id

    def find(self, said: Mapping[str, Cell]) -> Athlete:
        """By JAAF ID, also where the name should stand, else by name in whatever characters; of several with one name by
        kana, by birth date, then by how it is written. Raises Refused."""
        jaaf_id, name = jaaf_digits(text_of(said.get("jaaf_id"))), name_in(said)
        if not jaaf_id and self.has_id(name):
            jaaf_id, name = jaaf_digits(name), ""
        if jaaf_id:
            found = self.by_jaaf_id.get(padded(jaaf_id))
            if found is None:
                raise Refused("athlete_jaaf_unknown", jaaf_id=jaaf_id[:20])
            if name and fold(name) not in (fold(found.full_name), fold(found.full_kana)):
                raise Refused("athlete_name_differs", name=name[:60], found=found.full_name)
            return found
        if not name:
            raise Refused("athlete_missing")
        return self._of_one_name(name, said)

    def _of_one_name(self, name: str, said: Mapping[str, Cell]) -> Athlete:
        candidates = self.by_name.get(fold(name), []) or [
            one for each in self.by_name.values() for one in each if one.full_kana and fold(one.full_kana) == fold(name)
        ]
        if not candidates:
            raise Refused("athlete_name_unknown", name=name[:60])
        kana, born = fold(text_of(said.get("kana"))), _day(said.get("birth_date"))
        if len(candidates) > 1 and kana:
            candidates = [one for one in candidates if fold(one.full_kana) == kana]
        if len(candidates) > 1 and born is not None:
            candidates = [one for one in candidates if one.birth_date == born]
        if len(candidates) > 1:
            candidates = [one for one in candidates if is_written(one.full_name, name)]
        if len(candidates) != 1:
            raise Refused("athlete_ambiguous", name=name[:60])
        return candidates[0]


def padded(jaaf_id: str) -> str:
    """With the zeros in front that a spreadsheet drops."""
    return jaaf_id.zfill(JAAF_DIGITS)


def name_in(said: Mapping[str, Cell]) -> str:
    """The name that a row says, in one column or two."""
    parts = f"{text_of(said.get('family_name'))} {text_of(said.get('given_name'))}"
    return text_of(said.get("name")) or parts.strip()


def _day(cell: Cell) -> date | None:
    try:
        return parse_date(cell)
    except NotADate:
        return None
