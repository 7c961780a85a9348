"""May this shoe be worn in this kind of race on this day, and why (fact F2). Values in, a verdict out: no database.

Three checks of the list (is it on it, from when and until when, for this kind of race) and the height of the sole. What
forbids outweighs what is not known, and what is not known outweighs what is in order: nobody is told that a shoe may
be worn while a fact is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from catalog.shoes.events import ListStatus, ShoeEvent

State = Literal["allowed", "not_allowed", "unknown"]
CROSS_COUNTRY = frozenset({ShoeEvent.CROSS, ShoeEvent.CROSS_SPIKES})
NEEDS_A_PAPER = {ListStatus.DEVELOPMENT: "shoe_development", ListStatus.CUSTOMISED: "shoe_customised"}


@dataclass(frozen=True, slots=True)
class ShoeFacts:
    """What is known of a shoe: the values that hold, corrections included. Empty is not known; for days, no bound."""

    is_shoe: bool = True
    stack_height_mm: Decimal | None = None
    events_allowed: frozenset[str] = frozenset()
    list_status: str = ListStatus.UNKNOWN
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What is asked of a shoe in one kind of race during a span of days (both within it; empty is an open end) and over
    distances of at least `from_m` and less than `below_m`. `most_stack_mm` None: any height."""

    event: str
    most_stack_mm: Decimal | None
    list_needed: bool = True
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""
    from_m: int = 0
    below_m: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding. The code is stable; `catalog.shoes.wording` has the words, `data` what they need."""

    state: State
    code: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with every reason that led to it, the weightiest first."""

    state: State
    reasons: tuple[Reason, ...]

    @property
    def code(self) -> str:
        """Code of the first reason, which decides."""
        return self.reasons[0].code

    @property
    def data(self) -> Mapping[str, Any]:
        """Values of the first reason, for its sentence."""
        return self.reasons[0].data


def worn_as(facts: ShoeFacts, course: str) -> str:
    """The kind of race by which a shoe is judged. In cross-country the sole decides that, not the race: a shoe listed as
    a spike is judged as one, and one without spikes as one without."""
    if course in CROSS_COUNTRY and course not in facts.events_allowed:
        return next(iter(sorted(CROSS_COUNTRY & facts.events_allowed)), course)
    return course


def verdict(facts: ShoeFacts, *, event: str, on: date, limit: Limit | None) -> Verdict:
    """Judge a shoe for a kind of race (`worn_as`) on a day, by the limit of that kind and day; None: there is none."""
    if not facts.is_shoe:
        return Verdict("unknown", (Reason("unknown", "shoe_not_a_shoe", {}),))
    if limit is None:
        return Verdict("unknown", (Reason("unknown", "shoe_no_limit_known", {"event": event}),))
    found = [*_days(facts, on), *_sole(facts, limit), *(_list(facts, event) if limit.list_needed else ())]
    for state in ("not_allowed", "unknown"):
        reasons = tuple(reason for reason in found if reason.state == state)
        if reasons:
            return Verdict(state, reasons)
    if limit.most_stack_mm is None:
        return Verdict("allowed", (Reason("allowed", "shoe_allowed_any_height", {"event": event}),))
    data = {"event": event, "stack": facts.stack_height_mm, "most": limit.most_stack_mm}
    return Verdict("allowed", (Reason("allowed", "shoe_allowed", data),))


def _days(facts: ShoeFacts, on: date) -> Iterator[Reason]:
    """From its first day to its last one, both included. A shoe without a first day was on sale before there was a list."""
    if facts.valid_from is not None and on < facts.valid_from:
        yield Reason("not_allowed", "shoe_not_yet", {"from": facts.valid_from})
    if facts.valid_until is not None and on > facts.valid_until:
        yield Reason("not_allowed", "shoe_expired", {"until": facts.valid_until})


def _sole(facts: ShoeFacts, limit: Limit) -> Iterator[Reason]:
    """As thick as the limit is still allowed."""
    if limit.most_stack_mm is None:
        return
    if facts.stack_height_mm is None:
        yield Reason("unknown", "shoe_stack_missing", {"most": limit.most_stack_mm})
    elif facts.stack_height_mm > limit.most_stack_mm:
        yield Reason("not_allowed", "shoe_too_thick", {"stack": facts.stack_height_mm, "most": limit.most_stack_mm})


def _list(facts: ShoeFacts, event: str) -> Iterator[Reason]:
    """On the list, and for this kind of race. A shoe in development or made to measure needs a paper that we do not see:
    who may wear it, at which meets, until when."""
    if facts.list_status == ListStatus.NOT_LISTED:
        yield Reason("not_allowed", "shoe_not_listed", {})
        return
    if facts.events_allowed and event not in facts.events_allowed:
        yield Reason("not_allowed", "shoe_not_for_event", {"event": event})
    if facts.list_status in NEEDS_A_PAPER:
        yield Reason("unknown", NEEDS_A_PAPER[ListStatus(facts.list_status)], {})
    elif facts.list_status != ListStatus.LISTED:
        yield Reason("unknown", "shoe_status_missing", {})
    if not facts.events_allowed:
        yield Reason("unknown", "shoe_events_missing", {})
