"""Addresses on public pages, which carry the reader's language."""

from urllib.parse import urlencode

from django.conf import settings
from django.utils import translation


def page_link(path: str, **query: object) -> str:
    """The path with the query's values that are not empty, and the language unless it is the first."""
    asked = {name: value for name, value in query.items() if value not in ("", None, 0)}
    language = translation.get_language() or settings.LANGUAGE_CODE
    if language != settings.LANGUAGE_CODE:
        asked.setdefault("lang", language)
    return f"{path}?{urlencode(asked)}" if asked else path
