"""State chips for places that no template reaches."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def chip(kind: str, word: object) -> SafeString:
    """A word, a shape and a colour; `kind` is `ok`, `wait`, `off`, `bad` or empty."""
    return format_html('<span class="chip{}">{}</span>', f" chip--{kind}" if kind else "", word)
