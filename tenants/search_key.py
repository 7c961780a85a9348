"""One folded form in which names are looked for and compared, whoever typed them and on whatever. Pure.

Two texts that a person would call the same name have one key: hiragana and katakana, half and full width, any case, with
accents or without, 髙 and 高 (`kanji_forms`), with variation selectors or without, composed or taken apart (NFD), with
spaces or without. A key is for looking and comparing only; it is never shown, and what was typed is never changed.
"""

import re
import unicodedata
from typing import NamedTuple

from tenants.kanji_forms import FORMS

MOST_WORDS = 5
LONGEST_SEARCH = 100
"""Characters of what was typed that are looked at."""

_VOICED = "\u3099\u309a"
"""Dakuten and handakuten, which make another kana; every other mark on a letter is left out."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"})
"""Categories of what cannot be seen or only stands on a letter; the variation selectors of kanji are among them."""
_LETTERS = str.maketrans(
    {letter: group[0] for group in FORMS.split() for letter in group[1:]}
    | {chr(code): chr(code + 0x60) for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
    | {"ヵ": "カ", "ヶ": "ケ", "ゕ": "カ", "ゖ": "ケ"}
    | dict.fromkeys("‐‑‒–—―−ー", "-")
    | dict.fromkeys("'’‘ʼ`・·‧", "")
    | {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_AGAIN = re.compile("([^々〻])([々〻]+)")
_BEYOND_ASCII = re.compile(r"([^\x00-\x7f])")


class Word(NamedTuple):
    """One word of a search: as it was typed, in half width, and as it stands in keys."""

    typed: str
    key: str


def fold(text: str) -> str:
    """`髙橋 さくら` is `高橋サクラ`, `ｻｸﾗ` is `サクラ`, `O’Brien` is `obrien`. Folding twice changes nothing more."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(letter for letter in text if letter in _VOICED or unicodedata.category(letter) not in _DROPPED)
    plain = unicodedata.normalize("NFC", kept.translate(_LETTERS))
    return unicodedata.normalize("NFC", _AGAIN.sub(lambda found: found[1] * (1 + len(found[2])), plain))


def doubled(folded: str) -> str:
    """Every letter beyond ASCII twice, as keys are stored and words are looked for.

    A trigram index knows parts of three letters and more, and a Japanese family name has two: 高高橋橋 has two trigrams.
    Whether one text stands in another is the same before and after.
    """
    return _BEYOND_ASCII.sub(r"\1\1", folded)


def key_of(*parts: str) -> str:
    """The key to store of what one may be looked for by; no word is found across two parts."""
    return " ".join(filter(None, (doubled(fold(part)) for part in parts)))


def words_of(text: str) -> list[Word]:
    """What to look for, each of these words; none for a text without a letter."""
    typed = unicodedata.normalize("NFKC", text[:LONGEST_SEARCH]).replace("\0", "").split()
    return [word for word in (Word(one, doubled(fold(one))) for one in typed) if word.key][:MOST_WORDS]


def is_written(one: str, other: str) -> bool:
    """Whether two texts are the same characters, but for the form of Unicode, their width and spaces."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def same_name(one: str, other: str) -> bool:
    """Whether a person would read both as one name."""
    return fold(one) == fold(other)
