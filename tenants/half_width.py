"""Text that is typed in full width on a Japanese keyboard and means digits, Latin letters and dashes."""

import re
import unicodedata

_DASHES = re.compile("[‐‑–—―−ー]")
"""ー too: it is what the key of the dash types in Japanese."""


def half_width(text: str) -> str:
    """In half width, with one kind of dash. For codes, numbers and dates; a name keeps its ー."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text))


def typed_number(text: str, *, most: int) -> int | None:
    """A whole number from 1 to `most`, also in full width; None for anything else."""
    figures = half_width(text).strip()
    if not (figures.isascii() and figures.isdecimal() and len(figures) <= len(str(most))):
        return None
    return int(figures) if 1 <= int(figures) <= most else None
