"""How long data of each class is kept: one table, to which every room adds what it stores.

A class says in one place what is overdue and what becomes of it. The days may be changed on the desk, within bounds
that keep a slip of the finger from emptying the site or keeping a child's address for a century.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from tenants.privacy.models import RetentionRule

Overdue = Callable[[datetime, datetime], QuerySet]
"""(before, now) -> the rows whose time ended before `before` and of which something is left."""
Clear = Callable[[Sequence[Any], datetime], int]
"""(rows, now) -> how many of them it cleared; afterwards they are no longer overdue."""
Prepare = Callable[[timedelta, datetime, bool], int]
"""(kept, now, apply) -> how many people were, or would be, told first."""


def deleted(rows: Sequence[Any], at: datetime) -> int:
    """Delete these rows; how many."""
    if rows:
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


@dataclass(frozen=True)
class RetentionClass:
    """`title` is the data, `since` from when the days count, `then` what happens; `why` stands in docs/privacy.md."""

    kind: str
    title: str | Promise
    since: str | Promise
    then: str | Promise
    days: int
    least: int = 0
    most: int = 3_650
    overdue: Overdue | None = None
    clear: Clear = field(default=deleted)
    prepare: Prepare | None = None
    batch: int = 1_000
    is_short_lived: bool = False
    """Whether the worker clears it every few minutes, beside the daily command."""


_classes: dict[str, RetentionClass] = {}


def register(*found: RetentionClass) -> None:
    """Add classes of a room. Raises ValueError for a kind that is taken."""
    for one in found:
        if _classes.setdefault(one.kind, one) is not one:
            raise ValueError(f"registered twice: {one.kind}")


def classes() -> list[RetentionClass]:
    """All of them, in the order of their names."""
    return [_classes[kind] for kind in sorted(_classes)]


def class_of(kind: str) -> RetentionClass:
    """Raises KeyError for an unknown kind."""
    return _classes[kind]


def days_kept() -> dict[str, int]:
    """The days of every class, as changed on the desk or by default. One query."""
    changed = dict(RetentionRule.objects.values_list("kind", "days"))
    return {one.kind: changed.get(one.kind, one.days) for one in classes()}


def days_of(kind: str) -> int:
    """Days for which rows of this class are kept."""
    return days_kept()[kind]
