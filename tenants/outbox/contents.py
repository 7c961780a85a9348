"""What a mail says: one function per kind, registered by the room that knows."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple


class Letter(NamedTuple):
    """A mail's subject and plain text."""

    subject: str
    body: str


Content = Callable[[dict[str, Any]], Letter | None]
_contents: dict[str, Content] = {}
_LIKE_A_LINK = re.compile(r"(?:\w+:/|www\.|\w\.[^\W\d_]{2}|@)", re.IGNORECASE)
_FULL_WIDTH = str.maketrans({".": "．", ":": "：", "/": "／", "@": "＠"})


def content_of(kind: str) -> Callable[[Content], Content]:
    """Register the function that writes mails of this kind. It gets the row's context and runs in the worker, in the
    recipient's language and with all tenants in scope; None means that there is no longer anything to say."""

    def keep(function: Content) -> Content:
        if kind in _contents:
            raise ValueError(f"{kind} is written twice")
        _contents[kind] = function
        return function

    return keep


def write(kind: str, context: dict[str, Any]) -> Letter | None:
    """The letter for one outbox row. Raises KeyError for a kind that no room registered."""
    return _contents[kind](context)


def inert(text: str) -> str:
    """What a user typed, as one line that no mail program turns into a link (requirement I8).

    A name such as `https://evil.example 至急` would otherwise make our mail carry a stranger's link. Only text that
    looks like an address is changed; names and times stay as they are.
    """
    line = " ".join("".join(" " if is_control(char) else char for char in text).split())
    return line.translate(_FULL_WIDTH) if _LIKE_A_LINK.search(line) else line


def is_control(char: str) -> bool:
    """Line breaks, controls, half surrogates and direction marks: nothing that a name needs."""
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
