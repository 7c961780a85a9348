"""The one form in which brand and reference are stored and looked for (contract 6: trimmed, upper case)."""

import unicodedata

MOST_KEY = 100


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
