"""One run: who visits, what is said of each line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from config.ops.checklist import CheckLine, Word
from config.ops.smoke.http import Answer, Away, Place, Visitor
from config.ops.smoke.pages import Page


class Failed(Exception):
    """A line does not hold: what was seen instead, and what to do about it."""

    def __init__(self, seen: str, todo: str) -> None:
        super().__init__(seen)
        self.seen, self.todo = seen, todo


class Skipped(Exception):
    """A line that does not apply here, and why."""


class Account(NamedTuple):
    """Who signs in, with what, and where the password comes from."""

    email: str
    password: str
    variable: str
    home: str


@dataclass
class Run:
    """A site that is looked at. `is_dev` is what its cookies say of it: only outside dev do they begin with `__Host-`."""

    place: Place
    timeout: float
    admin: Account
    staff: Account
    is_dev: bool = False
    signed_in: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self) -> Visitor:
        """A client without cookies, as a person who comes for the first time."""
        return Visitor(self.place, timeout=self.timeout)

    def somebody(self, account: Account) -> Visitor:
        """Who signed in with this account. Raises Failed when that failed before."""
        if account.email not in self.signed_in:
            raise Failed(f"not tried, {account.email} is not signed in", "see the line above that says why")
        return self.signed_in[account.email]


Expected = tuple[str, Callable[[Run], None]]
"""One point of the list: what has to hold, and the check that raises Failed or Skipped."""


def check(expected: Expected, run: Run) -> CheckLine:
    """Look at one point: OK, NG with what was seen and what to do, or skipped and why."""
    text, holds = expected
    try:
        holds(run)
    except Failed as failed:
        return CheckLine("", Word.NG, f"{text}. Seen: {failed.seen}", failed.todo)
    except Away as away:
        return CheckLine("", Word.NG, f"{text}. Seen: no answer ({away})", "look at the server's log")
    except Skipped as skipped:
        return CheckLine("", Word.SKIPPED, f"{text}. Skipped: {skipped}")
    return CheckLine("", Word.OK, text)


def described(answer: Answer) -> str:
    """A status as one says it: where a redirect leads, what a page is called."""
    if answer.location:
        return f"{answer.status} to {answer.location[:200]}"
    if answer.status == 400:
        return "400 (is its host name in ALLOWED_HOSTS? Else say another with --host)"
    return str(answer.status)


def expect(answer: Answer, *statuses: int, todo: str) -> None:
    """Raises Failed unless the answer has one of these statuses."""
    if answer.status not in statuses:
        raise Failed(described(answer), todo)


def read(answer: Answer) -> Page:
    return Page(answer.text)
