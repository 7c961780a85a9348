"""The way of a meet: the steps that rooms offer, and what each room wants to be looked at before one is taken.

The states of a meet are all there from the beginning (`models.State`). A meet moves into one only when a room offers the
step, for example once start lists can be made; until then its way passes by. Each room offers its steps in its
`rules.py`, beside what it checks before them, while the site starts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.utils.functional import Promise

from entries.meet.models import STATE_ORDER, Meet, Race, State
from tenants.models import User


class Move(NamedTuple):
    """One step of a meet: where to, and what the button says."""

    to: State
    label: str | Promise


class Check(NamedTuple):
    """One line of a checklist. What is `needed` and not `ok` stops the move; the rest is advice. `field` is where on the
    meet's page it is mended."""

    text: str | Promise
    ok: bool
    needed: bool = False
    field: str = ""


Count = Callable[[Sequence[int]], Mapping[int, Any]]


class Figures:
    """What rooms count about some meets: each asked for once for all of them, and only when somebody looks."""

    def __init__(self, meet_ids: Iterable[int]) -> None:
        self._ids = list(meet_ids)
        self._known: dict[str, Mapping[int, Any]] = {}

    def of(self, name: str, meet: Meet, default: Any = 0) -> Any:
        """This figure of a meet; `default` when nothing was counted. Raises KeyError for a name nobody registered."""
        if name not in self._known:
            self._known[name] = _figures[name](self._ids)
        return self._known[name].get(meet.pk, default)


class Standing(NamedTuple):
    """A meet as it is looked at: its races, the moment, and what rooms count."""

    meet: Meet
    races: Sequence[Race]
    at: datetime
    figures: Figures


Checks = Callable[[Standing], Iterable[Check]]


class Arrived(Protocol):
    """What a room does when a meet has come to a state, in the transaction of the move."""

    def __call__(self, meet: Meet, *, by: User, at: datetime) -> None: ...


_moves: dict[State, Move] = {}
_checks: dict[State, dict[str, Checks]] = {}
_figures: dict[str, Count] = {}
_arrivals: dict[State, list[Arrived]] = {}


def offer(to: State, label: str | Promise) -> None:
    """Offer the step to this state; the button says `label`. Raises ValueError when a room offers it already."""
    if to in _moves or to == STATE_ORDER[0]:
        raise ValueError(f"step offered twice: {to}")
    _moves[to] = Move(to, label)


def check(to: State) -> Callable[[Checks], Checks]:
    """Decorator: what to look at before a meet moves to this state. Raises ValueError when the name is taken."""

    def add(function: Checks) -> Checks:
        known = _checks.setdefault(to, {})
        if function.__name__ in known:
            raise ValueError(f"checks of {to} registered twice: {function.__name__}")
        known[function.__name__] = function
        return function

    return add


def figure(name: str, count: Count) -> None:
    """Something that is counted per meet, of several at once. Raises ValueError when the name is taken."""
    if name in _figures:
        raise ValueError(f"figure registered twice: {name}")
    _figures[name] = count


def when_arrived(at: State, does: Arrived) -> None:
    """Let a room do something whenever a meet comes to this state, forward or back. Raises ValueError when it does already."""
    known = _arrivals.setdefault(at, [])
    if does in known:
        raise ValueError(f"registered twice for {at}: {does}")
    known.append(does)


def arrive(meet: Meet, *, by: User, at: datetime) -> None:
    """Tell the rooms that the meet has come to its state; what they raise undoes the move."""
    for does in _arrivals.get(State(meet.state), ()):
        does(meet, by=by, at=at)


def way() -> list[State]:
    """The states through which meets move now, the first included."""
    return [state for state in STATE_ORDER if state in _moves or state == STATE_ORDER[0]]


def move_after(state: State) -> Move | None:
    """The step that comes next on the way; None at its end."""
    later = STATE_ORDER[STATE_ORDER.index(state) + 1 :]
    return next((_moves[to] for to in later if to in _moves), None)


def state_before(state: State) -> State | None:
    """Where one step back leads; None at the beginning."""
    return next((known for known in reversed(way()) if STATE_ORDER.index(known) < STATE_ORDER.index(state)), None)


def checks_before(to: State, standing: Standing) -> list[Check]:
    """The rooms' checks of the step to this state, in the order of the rooms."""
    return [line for checks in _checks.get(to, {}).values() for line in checks(standing)]
