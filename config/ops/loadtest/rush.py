"""One rush over HTTP: sign in, open the sheet, send it all at once, read the receipts, press the button again."""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from config.ops.loadtest.figures import NO_ANSWER, Journal, Measured
from config.ops.loadtest.plan import HUNDREDTHS_PER_METRE, Plan, wishes
from config.ops.loadtest.stage import Coach, Stage
from config.ops.smoke.http import Answer, Away, Place, Visitor
from entries.marks import format_time

KEY = re.compile(r'name="submission_key" value="([^"]+)"')
ENTRY = re.compile(r'data-entry="(\d+)" data-state="(\w+)"(?: data-position="(\d+)")?')
RECEIPT = re.compile(r"^(?:https?://[^/]+)?(/orders/[^/?#]+/)$")
TAKEN = 303
MOST_SIGN_INS = 8
"""At once: a password costs a core a tenth of a second, so that more would only wait; and the site counts sign-ins by
address while they are looked at, and allows a hundred."""
REPLAYED = 20
"""Sheets whose button is pressed a second time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class NotReady(Exception):
    """The rush could not begin: what was seen."""


@dataclass
class Sheet:
    """One sheet: what was sent, and what was answered."""

    coach: Coach
    rows: list[tuple[int, int]]
    """(athlete, race) of each row."""
    key: str = ""
    receipt: str = ""
    measured: Measured | None = None
    attempts: int = 0
    replayed: str | None = None
    """Where the second pressing of the button led."""
    entries: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    """State and waiting position of each entry, as the receipt shows them."""
    receipt_status: int = NO_ANSWER


def at_once(clients: int, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Do the work for all items, `clients` at a time. What is not begun is dropped when one of them raises."""
    pool = ThreadPoolExecutor(max_workers=clients)
    try:
        return [future.result() for future in [pool.submit(work, item) for item in items]]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Browser(Visitor):
    """One coach's browser."""

    @property
    def session(self) -> str:
        """The key of the session, or nothing before signing in."""
        return next((value for name, value in self.cookies.items() if name.endswith("session")), "")

    def sign_out(self) -> None:
        """End the session, where the server still answers."""
        with suppress(Away):
            self.post("/auth/logout", [])
        self.link.close()


class Rush:
    """The coaches' browsers, signed in once, and what they measured."""

    def __init__(self, place: Place, plan: Plan, coaches: Sequence[Coach], *, timeout: float) -> None:
        self.plan, self.coaches, self.journal = plan, coaches, Journal()
        self.browsers = {
            coach.email: Browser(place, timeout=timeout, agent="nitsys-loadtest", keep=True) for coach in coaches
        }

    def sign_in(self) -> None:
        """Every coach, as a person does. Raises NotReady."""
        at_once(min(self.plan.clients, MOST_SIGN_INS), self._sign_in, self.coaches)

    def _sign_in(self, coach: Coach) -> None:
        browser = self.browsers[coach.email]
        try:
            browser.get("/auth/login")
            started = monotonic()
            answer = browser.post("/auth/login", [("email", coach.email), ("password", coach.password), ("next", "")])
        except Away as away:
            raise NotReady(f"nothing answers: {away}") from None
        self.journal.note("sign-in", started, answer.status)
        if answer.status != 302 or not browser.session:
            raise NotReady(
                f"signing in as {coach.email} answered {answer.status}: does that server use the database named above?"
            )

    def sheets(self, stage: Stage) -> list[Sheet]:
        """Who asks for what: each athlete for one race."""
        races = list(stage.races)
        wished = wishes(self.plan.races, self.plan.entries)
        found = []
        for n, coach in enumerate(self.coaches):
            mine = wished[n * self.plan.rows : (n + 1) * self.plan.rows]
            found.append(Sheet(coach, [(a, races[k]) for a, k in zip(coach.athletes, mine, strict=True)]))
        return found

    def open_sheets(self, stage: Stage, sheets: Sequence[Sheet]) -> None:
        """Before the minute: every coach has the sheet open. Raises NotReady."""

        def open_one(sheet: Sheet) -> None:
            answer, _measured = self._timed("sheet", sheet, "GET", f"{stage.address}enter?team={sheet.coach.team}")
            found = KEY.search(answer.text) if answer else None
            if answer is None or answer.status != 200 or found is None:
                raise NotReady(f"the sheet of {sheet.coach.email} answered {answer.status if answer else 'nothing'}")
            sheet.key = found[1]

        at_once(self.plan.clients, open_one, sheets)

    def send(self, stage: Stage, sheets: Sequence[Sheet]) -> None:
        """Send all sheets from as many clients as planned, started together."""
        at_once(self.plan.clients, lambda sheet: self._send(stage, sheet), sheets)

    def _send(self, stage: Stage, sheet: Sheet) -> None:
        sheet.attempts += 1
        answer, sheet.measured = self._timed("post", sheet, "POST", f"{stage.address}enter", _fields(sheet, stage))
        found = RECEIPT.match(answer.location) if answer and answer.status == TAKEN else None
        sheet.receipt = found[1] if found else ""

    def press_again(self, stage: Stage, sheets: Sequence[Sheet]) -> int:
        """Who got no receipt presses the button once more, as people do; how many that are."""
        left = [sheet for sheet in sheets if not sheet.receipt]
        self.send(stage, left)
        return len(left)

    def replay(self, stage: Stage, sheets: Sequence[Sheet]) -> None:
        """Some who have their receipt send the very same sheet again. Not measured: nothing is written."""

        def replay_one(sheet: Sheet) -> None:
            try:
                answer = self.browsers[sheet.coach.email].post(f"{stage.address}enter", _fields(sheet, stage))
            except Away:
                return
            found = RECEIPT.match(answer.location) if answer.status == TAKEN else None
            sheet.replayed = found[1] if found else str(answer.status)

        done = [sheet for sheet in sheets if sheet.receipt]
        at_once(self.plan.clients, replay_one, done[:: max(len(done) // REPLAYED, 1)])

    def read_receipts(self, sheets: Sequence[Sheet]) -> None:
        """Everybody looks where they stand, after the last sheet was answered."""

        def read_one(sheet: Sheet) -> None:
            answer, measured = self._timed("receipt", sheet, "GET", sheet.receipt)
            sheet.receipt_status = measured.status
            for entry, state, position in ENTRY.findall(answer.text) if answer else []:
                sheet.entries[int(entry)] = (state, int(position) if position else None)

        at_once(self.plan.clients, read_one, [sheet for sheet in sheets if sheet.receipt])

    def sign_out(self) -> None:
        """End the sessions that were signed in for the rush."""
        signed_in = [browser for browser in self.browsers.values() if browser.session]
        at_once(self.plan.clients, lambda browser: browser.sign_out(), signed_in)

    def _timed(
        self, kind: str, sheet: Sheet, method: str, path: str, fields: Sequence[tuple[str, str]] = ()
    ) -> tuple[Answer | None, Measured]:
        """One measured request; no answer when the connection broke or nothing came in time."""
        browser, started = self.browsers[sheet.coach.email], monotonic()
        try:
            answer = browser.get(path) if method == "GET" else browser.post(path, fields)
        except Away:
            return None, self.journal.note(kind, started, NO_ANSWER)
        return answer, self.journal.note(kind, started, answer.status)


def _fields(sheet: Sheet, stage: Stage) -> list[tuple[str, str]]:
    """The body of the sheet (contract 5)."""
    times = {race: format_time(plan.distance_m * HUNDREDTHS_PER_METRE) for race, plan in stage.races.items()}
    return sheet_fields(sheet.coach.team, [(a, race, times[race]) for a, race in sheet.rows], key=sheet.key)


def sheet_fields(team: int, rows: Iterable[tuple[int, int, str]], *, key: str) -> list[tuple[str, str]]:
    """What a sheet sends: (athlete, race, declared time) a row."""
    fields = [("submission_key", key), ("team", str(team))]
    count = 0
    for n, (athlete, race, time) in enumerate(rows):
        start = f"rows-{n}-"
        fields += [(f"{start}athlete", str(athlete)), (f"{start}race", str(race)), (f"{start}seed_time", time)]
        count = n + 1
    return [*fields, ("rows-TOTAL_FORMS", str(count)), ("rows-INITIAL_FORMS", "0")]
