"""What of a room hangs on a meet: rows that its trail and its mails are about, and what goes when it is over."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from entries.records import LAST
from entries.records.person import Person
from entries.records.tables import Scene

Numbers = Callable[[Any], set[int]]
"""From a meet to the numbers of its rows of one table."""
Clear = Callable[[QuerySet], int]
"""Clears rows, so that they hold none of it any more; how many."""
Naming = Callable[[Person], Iterable[QuerySet]]
"""From a person to queries of numbers of meets."""


class PurgeStep(NamedTuple):
    """`rows` of a meet, on a day, that still hold what the meet alone needed, and how they are cleared."""

    name: str
    rows: Callable[[Any, date], QuerySet]
    clear: Clear
    position: int = LAST


_rows: dict[str, Numbers] = {}
_mails: list[str] = []
_steps: list[PurgeStep] = []
_naming: list[Naming] = []


def register_rows(kind: str, numbers: Numbers) -> None:
    """Add rows of a meet by their table's name, as it stands in the trail and in the context of mails.

    Raises ValueError for a name that is taken.
    """
    if _rows.setdefault(kind, numbers) is not numbers:
        raise ValueError(f"registered twice: {kind}")


def register_mails(prefix: str) -> None:
    """Add mails about a meet, by how their kinds begin, for example `entry.`."""
    _mails.append(prefix)


def register_purge(*steps: PurgeStep) -> None:
    """Add what goes after a meet. Raises ValueError for a name that is taken."""
    for step in steps:
        if any(known.name == step.name for known in _steps):
            raise ValueError(f"registered twice: {step.name}")
        _steps.append(step)


def register_naming(meets: Naming) -> None:
    """Add what finds the meets whose archive names a person."""
    _naming.append(meets)


def rows_of(scene: Scene) -> dict[str, set[int]]:
    """A table's name -> the numbers of its rows that are of this meet."""
    return {kind: scene.once(numbers) for kind, numbers in _rows.items()}


def of_mail_kinds() -> Q:
    """Mails that may be about a meet."""
    found = Q(pk__in=[])
    for prefix in _mails:
        found |= Q(kind__startswith=prefix)
    return found


def purge_steps() -> list[PurgeStep]:
    """In their order."""
    return sorted(_steps, key=lambda step: step.position)


def meets_naming(person: Person) -> Iterator[QuerySet]:
    """Queries of numbers of meets whose archive names this person."""
    for meets in _naming:
        yield from meets(person)


def taken_out(rows: QuerySet) -> int:
    """Clear rows by taking them out."""
    _total, by_table = rows.delete()
    return by_table.get(rows.model._meta.label, 0)


def emptied(**values: Any) -> Clear:
    """Clear rows by setting columns."""
    return lambda rows: rows.update(**values)


def is_about(context: Mapping[str, Any], numbers: Mapping[str, set[int]]) -> bool:
    """Whether a mail's context names a meet, or one of its rows."""
    return any(context.get(kind) in found for kind, found in numbers.items())
