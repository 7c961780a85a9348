"""What the desk's own templates need beside Django admin's tags."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def new_key() -> str:
    """By which a form that is sent again is known."""
    return str(uuid4())


@register.filter
def labelled(cells: Iterable[str], headers: Sequence[dict[str, Any]]) -> list[SafeString]:
    """The cells of a row, each with the name of its column, which the stylesheet shows on a phone."""
    return [_named(cell, header["text"]) for cell, header in zip(cells, headers, strict=False)]


def _named(cell: str, name: object) -> SafeString:
    if "<" in str(name) or not cell.startswith("<td"):  # the column of checkboxes, and the name of the row itself
        return mark_safe(cell)  # noqa: S308 - made by Django admin, escaped there
    return mark_safe(cell.replace("<td", format_html('<td data-label="{}"', name), 1))  # noqa: S308
