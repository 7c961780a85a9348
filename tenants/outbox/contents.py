"""What a mail says: one function per kind, registered by the room that knows."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Letter(NamedTuple):
    """A mail's subject and plain text."""

    subject: str
    body: str


Content = Callable[[dict[str, Any]], Letter | None]
_contents: dict[str, Content] = {}


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
