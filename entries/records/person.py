"""One person, and the texts by which rows that carry no number of theirs are known to be about them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, Q

from entries.records.texts import GONE, finder, folded, is_in, joined, lines_with, texts_of, without

Parts = tuple[str, ...]
SPACES = ("", " ", "　")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Person:
    """`rows` are nobody else's: the athlete, the account, the team of one. `words` mean nobody else either (addresses,
    JAAF ID, telephone). A name is its parts; `phrases` are those whole names that no other athlete has, so that they may
    be replaced wherever they stand; `others` are the longer names of other people in which one of them stands."""

    rows: tuple[Model, ...]
    words: tuple[str, ...]
    names: tuple[Parts, ...]
    phrases: tuple[str, ...]
    others: tuple[str, ...] = ()

    def of(self, model: type[M]) -> tuple[M, ...]:
        """Their rows of one table."""
        return tuple(row for row in self.rows if isinstance(row, model))

    @property
    def texts(self) -> tuple[str, ...]:
        """All that may be replaced in any text."""
        return (*self.words, *self.phrases)

    @property
    def addresses(self) -> tuple[str, ...]:
        """E-mail addresses, those of old too."""
        return tuple(word for word in self.words if "@" in word)

    @cached_property
    def _theirs(self) -> re.Pattern[str]:
        return finder(self.texts, self.others)

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return finder(self.words)

    @cached_property
    def _anything(self) -> re.Pattern[str]:
        written = [space.join(name) for name in self.names for space in SPACES]
        return finder((*self.texts, *written))

    def is_named_by(self, value: object) -> bool:
        """Whether an address, JAAF ID or telephone of theirs stands in the value."""
        return is_in(self._words, "\n".join(texts_of(value)))

    def is_in(self, text: str) -> bool:
        """Whether the text speaks of them, however it is written; for what their own team wrote."""
        whole = joined(text)
        return is_in(self._words, folded(text)) or any(joined("".join(name)) in whole for name in self.names)

    def is_line(self, line: object) -> bool:
        """Whether a line of their team's file is about them: one of its cells, or two, are their name."""
        cells = {joined(text) for text in texts_of(line)}
        named = any(joined("".join(name)) in cells or {joined(part) for part in name} <= cells for name in self.names)
        return named or is_in(self._words, folded("\n".join(texts_of(line))))

    def without(self, value: Any) -> Any:
        """The value with every text of theirs replaced."""
        return _mapped(value, lambda text: without(self._theirs, text))

    def masked(self, text: str) -> str:
        """Also without a name that somebody else has: for words about the person that nobody doubts."""
        return without(self._anything, text)

    def nameless(self, value: Any) -> Any:
        """As `without`, and without values that are nothing but their name: for rows of their own team."""
        mine = {joined("".join(name)) for name in self.names}
        return _mapped(value, lambda text: GONE if joined(text) in mine else without(self._theirs, text))

    def excerpt(self, value: Any) -> Any:
        """Of what others wrote only the lines that speak of them."""
        return _mapped(value, lambda text: lines_with(self._theirs, text))

    def mentioned(self, *fields: str) -> Q:
        """Rows in which one of these columns may hold a text of theirs; `without` says whether it does."""
        found = Q(pk__in=[])
        for text in self.texts:
            how = "icontains" if text.isascii() else "contains"
            for field in fields:
                for written in {text, json.dumps(text)[1:-1]}:  # SQLite keeps JSON with \uXXXX
                    found |= Q(**{f"{field}__{how}": written})
        return found

    def addressed(self, field: str) -> Q:
        """Rows in which this column is an address of theirs, in whatever case it was typed."""
        found = Q(pk__in=[])
        for address in self.addresses:
            found |= Q(**{f"{field}__iexact": address})
        return found


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Every text within a JSON value changed; names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _mapped(one, change) for name, one in value.items()}
    return value
