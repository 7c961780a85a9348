"""The organizer's desk of meets, where every room registers what it adds.

Buttons, links, panels, pages and saves of a meet's and a race's page: `MEETS`, `RACES`. The steps of a meet and their
checks: `entries.meet.steps`. What wants to be looked at today: `needs_attention`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from entries.meet.models import STATE_ORDER, Meet, State
from entries.meet.steps import Standing, way
from tenants.desk.base import is_id
from tenants.desk.composed import ComposedAdmin, Desk

MEETS = Desk("meets", "copy")
RACES = Desk("races", "pause", "resume", "plan")


def meet_at_desk(
    desk: ComposedAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    meets: QuerySet[Meet] | None = None,
    only_look: bool = False,
) -> Meet:
    """The meet of a page of the desk, with its tenant, for who may change it, or `only_look`. Raises Http404."""
    rows = (Meet.objects.all() if meets is None else meets).select_related("tenant")
    meet = rows.filter(pk=int(object_id)).first() if is_id(object_id) else None
    may = desk.has_view_permission if only_look else desk.has_change_permission
    if meet is None or not may(request, meet):
        raise Http404
    return meet


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing about a meet that wants to be looked at. `kind` is the chip's: bad, wait, ok or empty."""

    kind: str
    word: str
    text: str
    count: int
    address: str


Lines = Callable[[Standing], Iterable[Attention]]
_lines: dict[str, Lines] = {}


def needs_attention(function: Lines) -> Lines:
    """Decorator: lines of the desk about each meet. Raises ValueError when the name is taken."""
    if function.__name__ in _lines:
        raise ValueError(f"lines registered twice: {function.__name__}")
    _lines[function.__name__] = function
    return function


def lines_of(standing: Standing) -> Iterator[Attention]:
    """What all rooms say about a meet, in the order of the rooms."""
    for lines in _lines.values():
        yield from lines(standing)


def stages_of(meet: Meet) -> list[tuple[str, int]]:
    """The way of a meet, where it stands included: name of the state, -1 for done, 0 for now, 1 for to come."""
    here = STATE_ORDER.index(State(meet.state))
    shown = {*way(), State(meet.state)}
    return [
        (str(state.label), (place > here) - (place < here)) for place, state in enumerate(STATE_ORDER) if state in shown
    ]
