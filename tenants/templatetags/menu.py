"""The menu of pages that know their user, poured: it is on every one of them, and differs by little."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tenants.moulds import mark, mould_of, pour

register = template.Library()
KINDS = ("is_authenticated", "is_staff", "role")
"""What of a user the menu depends on, each as a yes or no."""


@register.simple_tag(takes_context=True)
def menu(context: Mapping[str, Any]) -> SafeString:
    """The menu for who reads the page; the one of a visitor where nobody is known."""
    user, request = context.get("user"), context.get("request")
    kind = tuple(bool(getattr(user, name, False)) for name in KINDS)
    values = {"name": escape(getattr(user, "name", "")), "token": get_token(request) if request and kind[0] else ""}
    return pour(_mould(kind, get_language() or ""), values)


@cache
def _mould(kind: tuple[bool, ...], language: str) -> list[str]:
    """One for each kind of user and language."""
    user = dict(zip(KINDS, kind, strict=True)) | {"name": mark("name")}
    return mould_of(render_to_string("pieces/nav.html", {"user": user, "csrf_token": mark("token")}))
