"""How much of a text was there before (pure)."""

import unicodedata
from difflib import SequenceMatcher


def similarity(one: str, other: str) -> int:
    """0 to 100: the share of letters that both texts have in the same order, whatever their width, spaces and marks.

    100 only for texts that are the same throughout. Takes texts of some thousand letters; longer ones get slow.
    """
    first, second = _letters(one), _letters(other)
    if first == second:
        return 100
    return min(99, int(100 * SequenceMatcher(None, first, second, autojunk=False).ratio()))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
