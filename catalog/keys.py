"""The one form in which brand and reference are stored and looked for (contract 6: trimmed, upper case)."""

import unicodedata

MOST_KEY = 100


def fold(text: str) -> str:
    """`" TestBrand "` is `"TESTBRAND"`."""
    return text.strip().upper()


def plain(text: str) -> str:
    """Full-width digits and letters as half-width ones, half-width kana as full-width, trimmed: for codes and numbers,
    never for a name that is stored (NFKC changes some kanji)."""
    return unicodedata.normalize("NFKC", text).strip()
