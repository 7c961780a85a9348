"""The one form in which brand and reference are stored and looked for (contract 6: trimmed, upper case), and the forms in which a
name may be stored that somebody types."""

import unicodedata
from functools import reduce
from operator import and_, or_

from django.db.models import Q

MOST_KEY = 100
MOST_WORDS = 5
_MARKS = ("", "\uff9e", "\uff9f")
_HALF = {
    ord(wide): chr(code) + mark
    for mark in reversed(_MARKS)
    for code in range(0xFF66, 0xFF9E)
    if len(wide := unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}
_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_HIRAGANA = {katakana: hiragana for hiragana, katakana in _KATAKANA.items()}


def fold(text: str) -> str:
    """`" ＴestBrand "` is `"TESTBRAND"`, `ｱｼｯｸｽ` is `アシックス`. Folding twice changes nothing more.

    Dashes stay what they are: the ー of プーマ is a letter.
    """
    upper = unicodedata.normalize("NFKC", text).strip().upper()
    return unicodedata.normalize("NFKC", upper).strip()


def plain(text: str) -> str:
    """Full-width digits and letters as half-width ones, half-width kana as full-width, trimmed: for codes and numbers,
    never for a name that is stored (NFKC changes some kanji)."""
    return unicodedata.normalize("NFKC", text).strip()


def name_forms(text: str) -> list[str]:
    """What may stand in a name for this text, whatever its width and kana: `めた`, `メタ` and `ﾒﾀ` for each of them. A text without
    kana has one form, or two when it is full-width. Case is for the database to ignore."""
    typed = text.strip()
    wide = plain(typed) or typed
    katakana = wide.translate(_KATAKANA)
    return list(dict.fromkeys([typed, wide, katakana, wide.translate(_HIRAGANA), katakana.translate(_HALF)]))


def standing_in(text: str, *, of: str = "") -> Q:
    """Products, or rows that lead to one by `of`, in which every word stands in brand, reference or name."""
    return reduce(and_, (_word(word, of) for word in text.split()[:MOST_WORDS]), Q())


def _word(word: str, of: str) -> Q:
    key = fold(word) or word
    names = reduce(or_, (Q(**{f"{of}name__icontains": form}) for form in name_forms(word)))
    return names | Q(**{f"{of}brand__contains": key}) | Q(**{f"{of}reference__contains": key})
