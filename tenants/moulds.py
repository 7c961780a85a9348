"""Hundreds of like pieces at the price of one.

A piece's template is rendered once per process with a mark in the place of each value: that is its mould. Pieces are poured
from it. What a template decides on must be part of the name under which its mould is kept; the rest are values.
"""

import re
from collections.abc import Mapping

from django.utils.safestring import SafeString

_MARK = re.compile("\ue000(\\w+)\ue001")


def mark(name: str) -> str:
    """What stands in a mould where the value of this name will stand. Nothing in it is escaped."""
    return f"\ue000{name}\ue001"


def mould_of(rendered: str) -> list[str]:
    """Texts and names of values, taking turns."""
    return _MARK.split(rendered)


def pour(mould: list[str], values: Mapping[str, str]) -> SafeString:
    """The piece with these values, which must be ready for HTML: they are looked at by nobody again."""
    parts = mould.copy()
    parts[1::2] = [values[name] for name in mould[1::2]]
    return SafeString("".join(parts))
