"""What the fields of an athlete may hold, and how what people type is read. Form and import ask the same functions.

Each reads a cell of a table or the text of a form field and returns the value to store, or raises Refused. Kanji names
are kept byte for byte (`entries.roster.kana` says why).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from entries.dates import LONGEST, NotADate, parse_date
from entries.roster.kana import is_katakana, to_katakana
from entries.roster.models import Athlete, Sex
from entries.roster.prefectures import PREFECTURES
from entries.roster.printing import unprinted
from entries.roster.romaji import romaji
from tenants.files.tables import Cell, text_of
from tenants.half_width import half_width
from tenants.refusal import Refused

Values = dict[str, Any]
Reader = Callable[[Cell], Any]

REQUIRED = ("family_name", "family_kana", "sex", "birth_date")
GIVEN = ("given_name", "given_kana")
JAAF_DIGITS, JAAF_LEFT = 11, 7
"""Digits of a JAAF ID, and how many must be left for what was typed to be one without its zeros."""
OLDEST = 120
"""Years: a guard against mistyped centuries."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SEXES = {
    word: sex
    for sex, words in ((Sex.MALE, "男 男子 男性 m male 1"), (Sex.FEMALE, "女 女子 女性 f w female 2"))
    for word in words.split()
}
_YES = frozenset("○ 〇 ◯ ● ◎ ✓ ✔ レ 有 あり はい 済 同意 申請中 yes y 1 true t on".split())
_NO = frozenset("× ✕ - ー 無 なし いいえ 未 no n 0 false f".split())
_PREFECTURES = {name: code for code, name in PREFECTURES} | {code: code for code, _ in PREFECTURES}


def visible(text: str, limit: int) -> str:
    """Trimmed, one line, at most `limit` characters, nothing that cannot be seen. Otherwise unchanged."""
    text = text.strip()
    if len(text) > limit:
        raise Refused("athlete_too_long", limit=limit)
    if any(unicodedata.category(letter) in _INVISIBLE for letter in text):
        raise Refused("athlete_invisible")
    return text


def folded(cell: Cell, limit: int) -> str:
    """For codes, digits and Latin letters."""
    return visible(half_width(visible(text_of(cell), limit * 2)), limit)


def read_name(cell: Cell) -> str:
    """A kanji name as it was typed, whatever characters it is written with."""
    return visible(text_of(cell), 30)


def read_kana(cell: Cell, limit: int = 30) -> str:
    """Full-width katakana. Raises Refused for kanji and letters."""
    text = visible(to_katakana(visible(text_of(cell), limit * 2)), limit)
    if text and not is_katakana(text):
        raise Refused("athlete_not_kana")
    return text


def read_romaji(cell: Cell) -> str:
    """Latin letters, also with accents, apostrophe, dot and hyphen."""
    text = folded(cell, 40)
    if text and not re.fullmatch(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ .'’-]*", text):
        raise Refused("athlete_not_romaji")
    return text


def read_sex(cell: Cell) -> str:
    """男, 女, M, F, 1, 2 and their longer forms."""
    text = folded(cell, 20).lower()
    if text and text not in _SEXES:
        raise Refused("athlete_sex")
    return _SEXES[text].value if text else ""


def read_birth_date(cell: Cell) -> date | None:
    """A day in any form of `entries.dates`."""
    try:
        day = parse_date(_visible_cell(cell))
    except NotADate:
        raise Refused("athlete_birth_date") from None
    return None if day is None else _possible(day)


def _visible_cell(cell: Cell) -> Cell:
    return visible(cell, LONGEST) if isinstance(cell, str) else cell


def _possible(day: date) -> date:
    """Years only: whether the day lies in the future depends on today, which `check_whole` knows."""
    if day.year < 1900:
        raise Refused("athlete_birth_date_range")
    return day


def read_nationality(cell: Cell) -> str:
    """Three letters; 日本 is JPN."""
    text = folded(cell, 10).upper()
    if text in ("日本", "日本国"):
        return "JPN"
    if text and not re.fullmatch("[A-Z]{3}", text):
        raise Refused("athlete_nationality")
    return text


def read_grade(cell: Cell) -> str:
    """1 to 4, or "M1", "D2" and the like; 3年 is 3."""
    return visible(folded(cell, 10).upper().removesuffix("年生").removesuffix("年"), 4)


def jaaf_digits(text: str) -> str:
    """A JAAF ID in half width, without spaces and hyphens, and without the `.0` of a number that was written as text."""
    return re.sub(r"[\s-]|\.0*$", "", half_width(text))


def read_jaaf_id(cell: Cell) -> str:
    """Eleven digits (fact F3). A spreadsheet drops leading zeros: a number gets them back, and a text of which most is left."""
    text = jaaf_digits(folded(cell, 30))
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if re.fullmatch("[0-9]+" if is_number else f"[0-9]{{{JAAF_LEFT},}}", text):
        text = text.zfill(JAAF_DIGITS)
    if text and not re.fullmatch(f"[0-9]{{{JAAF_DIGITS}}}", text):
        raise Refused("athlete_jaaf_id")
    return text


def read_number(cell: Cell) -> str:
    """登録番号: digits in most prefectures, in some with letters."""
    text = folded(cell, 10)
    if text and not re.fullmatch("[0-9A-Za-z-]+", text):
        raise Refused("athlete_number")
    return text


def read_prefecture(cell: Cell) -> str:
    """A name with or without 都道府県 or 陸協, or the JIS number."""
    text = re.sub(r"\s|陸協$|陸上競技協会$", "", folded(cell, 20))
    if not text:
        return ""
    text = text.zfill(2) if text.isdigit() else text
    found = _PREFECTURES.get(text) or _PREFECTURES.get(text[:-1] if text[-1] in "都府県" else text)
    if found is None and text.endswith("学連"):
        found = _PREFECTURES["学連"]
    if found is None:
        raise Refused("athlete_prefecture")
    return found


def read_guardian(cell: Cell) -> str:
    """A name as it was typed."""
    return visible(text_of(cell), 60)


def read_yes(cell: Cell) -> bool:
    """○ and the like; empty is no."""
    text = folded(cell, 10).lower()
    if text and text not in _YES | _NO:
        raise Refused("athlete_yes")
    return text in _YES


READERS: Mapping[str, Reader] = {
    "jaaf_id": read_jaaf_id, "jaaf_pending": read_yes,
    "family_name": read_name, "given_name": read_name, "family_kana": read_kana, "given_kana": read_kana,
    "family_romaji": read_romaji, "given_romaji": read_romaji, "sex": read_sex, "birth_date": read_birth_date,
    "nationality": read_nationality, "grade": read_grade, "registration_number": read_number,
    "registration_prefecture": read_prefecture, "guardian_name": read_guardian, "guardian_consent": read_yes,
}  # fmt: skip
"""The reader of each field, in the order of the template's columns."""


def check_whole(values: Values, *, today: date) -> dict[str, Refused]:
    """What is wrong with an athlete as a whole, by field: what is missing, and what somebody under 16 needs."""
    found = {name: Refused("athlete_needed") for name in REQUIRED if not values.get(name)}
    if any(values.get(name) for name in GIVEN) or not may_have_one_name(values.get("nationality")):
        found |= {name: Refused("athlete_needed_given") for name in GIVEN if not values.get(name)}
    born = values.get("birth_date")
    if born is None:
        return found
    if not today.year - OLDEST <= born.year or born > today:
        found["birth_date"] = Refused("athlete_birth_date_range")
    elif needs_guardian(born, today=today):
        if not values.get("guardian_name"):
            found["guardian_name"] = Refused("athlete_guardian_name")
        if not values.get("guardian_consent"):
            found["guardian_consent"] = Refused("athlete_guardian_consent")
    return found


def may_have_one_name(nationality: str | None) -> bool:
    """Whether somebody of this nationality may have no given name: a Japanese has both, so an empty one is forgotten."""
    return bool(nationality) and nationality != "JPN"


def print_warnings(*names: str | None) -> list[Refused]:
    """What of these names will stand otherwise on paper; no reason to refuse them."""
    found = unprinted(" ".join(name or "" for name in names))
    said = (("athlete_boxes", found.boxes), ("athlete_plain_form", found.plain))
    return [Refused(code, letters="".join(letters)) for code, letters in said if letters]


def name_warnings(values: Values) -> list[Refused]:
    """The same of an athlete's name."""
    return print_warnings(values.get("family_name"), values.get("given_name"))


def needs_guardian(born: date, *, today: date) -> bool:
    """Whether somebody born then is under 16 today."""
    return Athlete(birth_date=born).age_on(today) < Athlete.GUARDIAN_NEEDED_BELOW


def completed(values: Values) -> Values:
    """With romaji made from kana where none was typed, JPN where no country was, and nobody pending who has an ID."""
    full = dict(values)
    for part in ("family", "given"):
        full[f"{part}_romaji"] = values.get(f"{part}_romaji") or romaji(values.get(f"{part}_kana") or "")[:40]
    full["nationality"] = values.get("nationality") or "JPN"
    full["jaaf_pending"] = bool(values.get("jaaf_pending")) and not values.get("jaaf_id")
    return full


def values_of(athlete: Athlete) -> Values:
    """The athlete's fields as these functions know them."""
    values = {name: getattr(athlete, name) for name in READERS if name != "guardian_consent"}
    return values | {"guardian_consent": athlete.guardian_consent_at is not None}


def put(athlete: Athlete, values: Values, *, at: datetime) -> None:
    """Set the fields, unsaved. Consent keeps the moment at which it was first given."""
    for name, value in values.items():
        if name != "guardian_consent":
            setattr(athlete, name, value)
    if "guardian_consent" in values and values["guardian_consent"] != (athlete.guardian_consent_at is not None):
        athlete.guardian_consent_at = at if values["guardian_consent"] else None
