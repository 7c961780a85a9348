r"""Invented people and teams, from `names.json`. Nobody here is real; the characters are those that real rosters have
(髙 﨑 𠮷 神 …). There \ufa19, \ufa1e and \ufa10 are 神, 羽 and 塚 as compatibility ideographs, which any normalisation
would rewrite.
"""

import json
from pathlib import Path
from typing import NamedTuple


class Name(NamedTuple):
    """One part of a name in kanji, katakana and Latin letters."""

    kanji: str
    kana: str
    romaji: str


class TeamName(NamedTuple):
    """A team as it is registered."""

    name: str
    kana: str
    short: str
    prefecture: str


TABLES: dict[str, list[str]] = json.loads((Path(__file__).parent / "names.json").read_text(encoding="utf-8"))
FAMILY, MALE, FEMALE = ([Name(*row.split()) for row in TABLES[table]] for table in ("family", "male", "female"))
UNIVERSITIES, HIGH_SCHOOLS, COMPANIES, CLUBS, JUNIOR_HIGHS = (
    [TeamName(*row.split()) for row in TABLES[table]]
    for table in ("universities", "high_schools", "companies", "clubs", "junior_highs")
)
