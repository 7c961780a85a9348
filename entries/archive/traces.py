"""Every place in which a person is found, as the rooms registered them.

One list serves the dry run, the erasure, and the copy that a person may ask for.
"""

from collections.abc import Iterator
from typing import Any

from entries.records.free_text_columns import free_text_traces
from entries.records.person import Person
from entries.records.traces import Trace, traces


def traces_of(person: Person) -> Iterator[Trace]:
    """Every row that holds something of this person, each at most once. Read it across tenants and within a
    transaction. Rows that are theirs come first: what the search in texts finds again is done already."""
    seen: set[tuple[str, Any]] = set()
    for find in (*(one.find for one in traces()), free_text_traces):
        for trace in find(person):
            if (trace.table, trace.pk) not in seen:
                seen.add((trace.table, trace.pk))
                yield trace
