"""What a line of the checklist is, and how it comes out. Texts are Japanese: they are read by those who run the site."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings


class Mark(StrEnum):
    """A word, and a shape for who looks at the column alone."""

    OK = "OK"
    WARN = "注意"
    FAIL = "NG"

    @property
    def shape(self) -> str:
        return {"OK": "○", "注意": "△", "NG": "×"}[self.value]


class Seen(NamedTuple):
    """How a line came out: what was seen, and what to do about it. Neither ever holds a secret value."""

    mark: Mark
    text: str
    todo: str = ""


class Line(NamedTuple):
    """One point of the checklist. `key` is its name on the command line."""

    key: str
    name: str
    look: Callable[[datetime], Seen]
    asks_database: bool = False


def ok(text: str) -> Seen:
    return Seen(Mark.OK, text)


def warn(text: str, todo: str) -> Seen:
    """The site works, but somebody should look at it."""
    return Seen(Mark.WARN, text, todo)


def fail(text: str, todo: str) -> Seen:
    """Not fit to be used like this."""
    return Seen(Mark.FAIL, text, todo)


def worse(text: str, todo: str) -> Seen:
    """What only a real site must have: fails in prod, is pointed out elsewhere."""
    return Seen(Mark.FAIL if settings.APP_ENV == "prod" else Mark.WARN, text, todo)


def unsafe(text: str, todo: str) -> Seen:
    """What no site outside a developer's machine may have."""
    return Seen(Mark.WARN if settings.APP_ENV == "dev" else Mark.FAIL, text, todo)
