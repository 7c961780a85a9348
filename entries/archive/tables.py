"""Of what tables and files a meet's archive is made; each room adds its own.

Tables with `register_table`, printed papers with `register_files`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from entries.archive.bundle import Column
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race

PAGE = 1_000
Row = tuple[Any, ...]


def paged(rows: QuerySet) -> Iterator[Any]:
    """All rows by primary key, a thousand in memory at a time."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from batch
        last = batch[-1].pk


@dataclass
class Scene:
    """A meet, and what several of its tables ask."""

    meet: Meet

    @cached_property
    def races(self) -> list[Race]:
        """In the order of the programme."""
        return list(Race.objects.filter(meet=self.meet).select_related("meet").in_programme_order())

    @cached_property
    def entries(self) -> QuerySet[Entry]:
        """All of them, with state."""
        return Entry.objects.filter(race__meet=self.meet).with_state()

    @cached_property
    def orders(self) -> set[int]:
        """Numbers of the submissions."""
        return set(Submission.objects.filter(meet=self.meet).values_list("pk", flat=True))

    @cached_property
    def entry_ids(self) -> set[int]:
        """Numbers of the entries."""
        return set(self.entries.values_list("pk", flat=True))

    @cached_property
    def positions(self) -> dict[int, int]:
        """Of each waiting entry, 1 for the next to get a place: one query instead of one for each row."""
        found: dict[int, int] = {}
        count: Counter[int] = Counter()
        waiting = Entry.objects.waiting().filter(race__meet=self.meet).order_by("race_id", "ticket")
        for pk, race in waiting.values_list("pk", "race_id"):
            count[race] += 1
            found[pk] = count[race]
        return found

    @cached_property
    def tally(self) -> dict[tuple[int, str], int]:
        """(race, state) -> how many."""
        rows: Any = Entry.objects.filter(race__meet=self.meet).with_state().order_by()
        counted = rows.values_list("race_id", "state").annotate(n=Count("pk"))
        return {(race, state): n for race, state, n in counted}


class Table(NamedTuple):
    """`is_personal` tables are left out of an archive without personal data."""

    name: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[Scene], Iterator[Row]]
    is_personal: bool = False


_tables: list[Table] = []
Files = Callable[[Meet], Iterator[tuple[str, bytes]]]
_files: list[Files] = []


def register_table(table: Table) -> None:
    """Add a room's table. Raises ValueError for a name that is taken."""
    if any(known.name == table.name for known in _tables):
        raise ValueError(f"registered twice: {table.name}")
    _tables.append(table)


def register_files(files: Files) -> None:
    """Add a room's printed papers, as (name within `pdf/`, content)."""
    _files.append(files)


def tables(*, with_personal: bool) -> list[Table]:
    """In the order in which the rooms added them."""
    return [table for table in _tables if with_personal or not table.is_personal]


def files_of(meet: Meet) -> Iterator[tuple[str, bytes]]:
    """The printed papers of all rooms."""
    for files in _files:
        yield from files(meet)
