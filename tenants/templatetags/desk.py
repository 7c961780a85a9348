"""What the desk's own templates need beside Django admin's tags."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
PICTURE = re.compile(r'<img src="[^"]*" alt="(True|False|None)">')


@register.simple_tag
def new_key() -> str:
    """By which a form that is sent again is known."""
    return str(uuid4())


def _word(name: str) -> str:
    return {"True": _("はい"), "False": _("いいえ")}.get(name, "–")


@register.filter
def in_words(shown: str) -> str:
    """What Django draws as a picture, yes or no, in words."""
    found = PICTURE.fullmatch(str(shown).strip())
    return _word(found[1]) if found else shown


@register.filter
def labelled(cells: Iterable[str], headers: Sequence[dict[str, Any]]) -> list[SafeString]:
    """The cells of a row, each with the name of its column, which the stylesheet shows on a phone."""
    cells = [PICTURE.sub(lambda found: _word(found[1]), cell) if "<img" in cell else cell for cell in cells]
    return [_named(cell, _attribute(str(header["text"]))) for cell, header in zip(cells, headers, strict=False)]


@lru_cache(maxsize=512)
def _attribute(name: str) -> str:
    """Once for each column, not for each of its cells. Empty for the column of checkboxes, whose name is one itself."""
    return "" if "<" in name else format_html('<td data-label="{}"', name)


def _named(cell: str, attribute: str) -> SafeString:
    if not attribute or not cell.startswith("<td"):  # the name of the row itself is a <th>
        return mark_safe(cell)  # noqa: S308 - made by Django admin, escaped there
    return mark_safe(attribute + cell[3:])  # noqa: S308
