"""What the pages of drafts show, computed from rows that are loaded: asks the database nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise

from catalog.drafting.facts import label, told
from catalog.drafting.models import DraftState, ProductDraft
from catalog.drafting.queries import WRITTEN
from catalog.drafting.wording import PROBLEMS
from tenants.refusal import Refused
from tenants.wording import say

LATE_SECONDS = 60
"""A draft that nobody has begun by then waits for a worker that does not run."""
CHIPS = {DraftState.WAITING: "wait", DraftState.DONE: "ok", DraftState.REFUSED: "bad", DraftState.FAILED: "off"}


class Piece(NamedTuple):
    """Some letters of a text, marked when the check found them."""

    text: str
    is_marked: bool


class Fact(NamedTuple):
    """A fact as the page shows it."""

    label: str
    text: str


class DraftPage:
    """One draft as its page and its line in the history show it."""

    def __init__(self, draft: ProductDraft, *, at: datetime) -> None:
        self.draft, self._at = draft, at
        self.is_abandoned = draft.state == DraftState.WAITING and (draft.job is None or draft.job.failed_at is not None)
        self.state = DraftState.FAILED if self.is_abandoned else DraftState(draft.state)

    @property
    def number(self) -> str:
        return str(self.draft.pk)

    @property
    def chip(self) -> str:
        """The kind of its state's chip."""
        return CHIPS[self.state]

    @property
    def is_waiting(self) -> bool:
        """Whether its text is still to come."""
        return self.state == DraftState.WAITING

    @property
    def is_begun(self) -> bool:
        """Whether a worker is at it."""
        return self.draft.job is not None and self.draft.job.attempts > 0

    @property
    def is_late(self) -> bool:
        """Whether nobody has begun for so long that somebody should look."""
        return not self.is_begun and (self._at - self.draft.created_at).total_seconds() > LATE_SECONDS

    @property
    def pieces(self) -> list[Piece]:
        """The text, with what the check found marked."""
        return list(pieces(self.draft.text, [excerpt for _, excerpt in self.draft.problems]))

    @property
    def problems(self) -> list[tuple[str | Promise, list[str]]]:
        """What the check found, by kind."""
        found: dict[str, list[str]] = {}
        for code, excerpt in self.draft.problems:
            found.setdefault(code, []).append(excerpt)
        return [(PROBLEMS.get(code, code), [text for text in texts if text]) for code, texts in found.items()]

    @property
    def facts(self) -> list[Fact]:
        """What the model was told, with names in the reader's language."""
        return shown(self.draft.facts)

    @property
    def failure(self) -> str:
        """Why there is no text and what to do; "" when there is one."""
        if self.state != DraftState.FAILED:
            return ""
        return say(Refused("draft_crashed" if self.is_abandoned else self.draft.error_code))

    @property
    def error_id(self) -> str:
        """The id under which the log has it."""
        return self.draft.job.error_id if self.is_abandoned and self.draft.job else self.draft.error_id

    @property
    def rewrite(self) -> ProductDraft | None:
        """The draft that rewrites this one; loaded by `drafts_of`."""
        return getattr(self.draft, "rewrite", None)

    @property
    def may_be_rewritten(self) -> bool:
        """As `rules.check_may_rewrite`, from what is loaded."""
        return self.state in WRITTEN and self.draft.rewrites_id is None and self.rewrite is None


def shown(facts: Mapping[str, str]) -> list[Fact]:
    """Facts in their order, with names in the reader's language."""
    return [Fact(label(fact.name), fact.text) for fact in told(facts)]


def pieces(text: str, excerpts: Sequence[str]) -> Iterator[Piece]:
    """The text in pieces, those equal to an excerpt marked; together they are the text."""
    wanted = sorted({excerpt for excerpt in excerpts if excerpt}, key=len, reverse=True)
    if not wanted:
        yield Piece(text, is_marked=False)
        return
    for place, part in enumerate(re.split("(" + "|".join(map(re.escape, wanted)) + ")", text)):
        if part:
            yield Piece(part, is_marked=place % 2 == 1)
