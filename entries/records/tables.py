"""Of what tables and files a meet's archive is made; each room adds its own.

Tables with `register_table`, printed papers with `register_files`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from entries.records import LAST

PAGE = 1_000
Row = tuple[Any, ...]
T = TypeVar("T")


class Column(NamedTuple):
    """A column of a table: its key in JSON, its heading in CSV, and its JSON type (`date` and `date-time` are texts)."""

    name: str
    title: str | Promise
    kind: str = "string"
    may_be_empty: bool = False


def paged(rows: QuerySet) -> Iterator[Any]:
    """All rows by primary key, a thousand in memory at a time."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from batch
        last = batch[-1].pk


@dataclass
class Scene:
    """A meet, and what several of its tables ask of it."""

    meet: Any
    _answers: dict[Callable[[Any], Any], Any] = field(default_factory=dict)

    def once(self, ask: Callable[[Any], T]) -> T:
        """What `ask` says of the meet; asked the first time only."""
        if ask not in self._answers:
            self._answers[ask] = ask(self.meet)
        answer: T = self._answers[ask]
        return answer


class Table(NamedTuple):
    """`is_personal` tables are left out of an archive without personal data; `models` are those whose rows it shows."""

    name: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[Scene], Iterator[Row]]
    is_personal: bool = False
    models: tuple[type[Model], ...] = ()
    position: int = LAST


_tables: list[Table] = []
Files = Callable[[Any], Iterator[tuple[str, bytes]]]
_files: list[Files] = []


def register_table(table: Table) -> None:
    """Add a room's table. Raises ValueError for a name that is taken."""
    if any(known.name == table.name for known in _tables):
        raise ValueError(f"registered twice: {table.name}")
    _tables.append(table)


def register_files(files: Files) -> None:
    """Add a room's printed papers: from a meet to (name within `pdf/`, content)."""
    _files.append(files)


def tables(*, with_personal: bool) -> list[Table]:
    """In their order."""
    found = [table for table in _tables if with_personal or not table.is_personal]
    return sorted(found, key=lambda table: table.position)


def files_of(meet: Any) -> Iterator[tuple[str, bytes]]:
    """The printed papers of all rooms."""
    for files in _files:
        yield from files(meet)
