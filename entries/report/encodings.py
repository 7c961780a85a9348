"""Writing names for programs that do not know every letter: what is missing is replaced, and each replacement is told. Pure."""

import unicodedata
from functools import cache

from tenants.kanji_forms import FORMS

CODECS = {"": "utf-8-sig", "cp932": "cp932", "utf-16": "utf-16"}
"""A meet's choice -> how Python writes it; those of Unicode with a byte order mark, by which they are known."""
UNKNOWN = "〓"
"""Printers' mark for a letter that the case lacks."""
_FIRST = str.maketrans({"〜": "～", "−": "－", "—": "―", "–": "-", "\u00a0": " "})
"""Letters that cp932 lacks, or gives back as others."""
_FORMS = {letter: group for group in FORMS.split() for letter in group}


def written(text: str, encoding: str) -> tuple[str, dict[str, str]]:
    """The text as it can be written in this encoding, and what was put in place of which letters.

    A kanji gives way to another form of itself (吉 for 𠮷), a letter with an accent to the one without; what has no other form
    becomes 〓. Selectors of variants go. In Unicode nothing is replaced.
    """
    if encoding != "cp932":
        return text, {}
    replaced: dict[str, str] = {}
    out = []
    for letter in text:
        new = _in_cp932(letter)
        if new != letter:
            replaced[letter] = new
        out.append(new)
    return "".join(out), replaced


@cache
def _in_cp932(letter: str) -> str:
    if "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef":
        return ""
    bare = unicodedata.normalize("NFKD", letter)[:1]
    for form in (letter, letter.translate(_FIRST), *_FORMS.get(letter, ""), bare):
        if _fits(form):
            return form
    return UNKNOWN


def _fits(letter: str) -> bool:
    try:
        return letter.encode("cp932").decode("cp932") == letter
    except UnicodeEncodeError:
        return False


_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF65, 0xFFA0)}
"""Kana, and marks on them, in half width."""


def half_kana(text: str) -> str:
    """Katakana in half width, a mark on a letter behind it; all else as it stands: サトウ ダイゴ is ｻﾄｳ ﾀﾞｲｺﾞ."""
    return "".join(_HALF.get(letter, letter) for letter in unicodedata.normalize("NFD", text))


def fitted(text: str, most: int) -> str:
    """As much of the text as `most` bytes of cp932 hold, whole letters."""
    room = most
    for place, letter in enumerate(text):
        room -= len(_in_cp932(letter).encode("cp932"))
        if room < 0:
            return text[:place]
    return text
