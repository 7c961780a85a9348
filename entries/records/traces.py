"""Where a person is found in the database, and what becomes of each place when they are erased; each room adds its own.

A finder is read across tenants and within a transaction. Rows that speak of others too (a file of a whole team, a notice)
lose only what is this person's.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise

from entries.records import LAST
from entries.records.person import Person

Values = dict[str, Any]
SECRETS = frozenset(
    {"password", "token_hash", "session_key", "session_data", "body_hash", "key", "payload", "request_id"}
)


class Trace(NamedTuple):
    """One row. `changes` None takes it out, {} leaves it as it is; `shown` is what of it is the person's."""

    model: type[models.Model]
    pk: Any
    changes: Values | None
    shown: Values

    @property
    def table(self) -> str:
        """The stable name of its table."""
        return name_of(self.model)


Find = Callable[[Person], Iterator[Trace]]


class Traces(NamedTuple):
    """What finds a person's rows in one table."""

    model: type[models.Model]
    find: Find
    position: int


class Said(NamedTuple):
    """What a table is called on the page that asks, and what an erasure does to its rows."""

    title: str | Promise
    then: str | Promise


Numbers = Callable[[Person], list[int]]
_traces: list[Traces] = []
_said: dict[str, Said] = {}
_kept: list[str] = []
_about: dict[str, Numbers] = {}


def name_of(model: type[models.Model]) -> str:
    """The stable name of a table."""
    return model._meta.model_name or ""


def register_traces(model: type[models.Model], find: Find, *, position: int = LAST) -> None:
    """Add what finds a person's rows in a table. Those that are theirs come first: a row counts for its first finder."""
    _traces.append(Traces(model, find, position))


def register_words(
    model: type[models.Model], title: str | Promise, then: str | Promise, *, is_kept: bool = False
) -> None:
    """Say what a table is called, and what an erasure does; `is_kept` where it leaves the record of the meets as it is.

    Raises ValueError for a table that has words.
    """
    if name_of(model) in _said:
        raise ValueError(f"registered twice: {name_of(model)}")
    _said[name_of(model)] = Said(title, then)
    if is_kept:
        _kept.append(name_of(model))


def register_about(kind: str, numbers: Numbers) -> None:
    """Add rows (a table's name) that are about one person each and stay: their trail and mails lose the person.

    Raises ValueError for a table that is there already.
    """
    if kind in _about:
        raise ValueError(f"registered twice: {kind}")
    _about[kind] = numbers


def traces() -> list[Traces]:
    """In their order."""
    return sorted(_traces, key=lambda one: one.position)


def said_of(table: str) -> Said:
    """Raises KeyError for a table that has no words."""
    return _said[table]


def title_of(table: str) -> str | Promise:
    """The first of these words; the empty text for a table that has none."""
    return _said[table].title if table in _said else ""


def kept_tables() -> list[str]:
    """Of what stays: of other tables what stays is not theirs any more."""
    return list(_kept)


def rows_about(person: Person) -> dict[str, list[int]]:
    """A table's name -> the numbers of its rows that are about this person."""
    return {kind: numbers(person) for kind, numbers in _about.items()}


def shown(row: models.Model) -> Values:
    """A row as its person may read it: every column but keys that open something."""
    found = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: value for name, value in found.items() if name not in SECRETS}


def whole(row: models.Model, changes: Values | None) -> Trace:
    """The trace of a row that is this person's as a whole."""
    return Trace(type(row), row.pk, changes, shown(row))


def changed(row: models.Model, values: Values) -> Values:
    """Only what differs, so that a second time changes nothing."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}
