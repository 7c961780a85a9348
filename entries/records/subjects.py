"""Who may ask for what is stored about them: the tables that have one row for one person, and what holds a person back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from entries.records import LAST
from entries.records.person import Person
from tenants.models import User


@dataclass(frozen=True)
class Subject:
    """One such table. `kind` stands in the list of erasures, `verb` before the dot of its verbs in the trail.

    `person_of` reads the row anew. `has_gone` tells a row that was erased before; `mark` notes an erasure on the rows
    of a person. Rows are locked in the order of `position`.
    """

    kind: str
    verb: str
    model: type[Model]
    person_of: Callable[[Any], Person]
    name_of: Callable[[Any], str]
    has_gone: Callable[[Any], bool] = lambda row: False
    mark: Callable[[Person, datetime], None] = lambda person, at: None
    position: int = LAST


@dataclass(frozen=True)
class Commitment:
    """What a person is still expected for at meets to come; it ends before they are erased.

    `pending` finds it among rows of a person (`Person.rows`), `meet_of` is the name of its meet. `end_late` ends what came
    through while the person was being erased, and returns how many.
    """

    pending: Callable[[Sequence[Model], date], Iterable[Any]]
    meet_of: Callable[[Any], str]
    end: Callable[[Any, User | None, datetime], None]
    end_late: Callable[[Sequence[Model], datetime], int]


Check = Callable[[Person, date], None]
"""Raises Refused when somebody must not go today."""
_subjects: dict[str, Subject] = {}
_commitments: list[Commitment] = []
_checks: list[Check] = []


def register_subject(subject: Subject) -> None:
    """Add a table. Raises ValueError for a kind that is taken."""
    if _subjects.setdefault(subject.kind, subject) is not subject:
        raise ValueError(f"registered twice: {subject.kind}")


def register_commitment(commitment: Commitment) -> None:
    """Add what a room expects of people."""
    _commitments.append(commitment)


def register_check(check: Check) -> None:
    """Add what a room has against an erasure."""
    _checks.append(check)


def subjects() -> list[Subject]:
    """In their order."""
    return sorted(_subjects.values(), key=lambda subject: subject.position)


def subject_of(row: Model) -> Subject:
    """Raises LookupError for a row of a table that has none."""
    for subject in _subjects.values():
        if isinstance(row, subject.model):
            return subject
    raise LookupError(row._meta.label)


def subject_named(kind: str) -> Subject:
    """Raises KeyError for an unknown kind."""
    return _subjects[kind]


def commitments() -> Sequence[Commitment]:
    """Of all rooms."""
    return tuple(_commitments)


def checks() -> Sequence[Check]:
    """Of all rooms."""
    return tuple(_checks)
