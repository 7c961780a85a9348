"""Katakana from whatever people type. The only place where a name's characters are changed, and never those of kanji."""

import re
import unicodedata

_HIRAGANA = re.compile("[ぁ-ゖゝゞ]")
_DASHES = re.compile("(?<=[ァ-ヺー])[-‐‑–—―−ｰ~〜～]")
_KATAKANA = re.compile("[ァ-ヺー・ヽヾ]+(?: [ァ-ヺー・ヽヾ]+)*")


def to_katakana(text: str) -> str:
    """Full-width katakana of hiragana, half-width kana and dashes typed for the long mark; spaces become one.

    NFKC is right for kana (it joins ｶ and ﾞ) and wrong for kanji: it would rewrite 神 U+FA19 and 羽 U+FA1E.
    """
    text = unicodedata.normalize("NFKC", text)
    text = _HIRAGANA.sub(lambda one: chr(ord(one[0]) + 0x60), text)
    return re.sub(r"\s+", " ", _DASHES.sub("ー", text)).strip()


def is_katakana(text: str) -> bool:
    """Nothing but full-width katakana, with single spaces between words."""
    return _KATAKANA.fullmatch(text) is not None
