"""A whole load test: is it allowed here, set up, rounds, figures, and away again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine, look
from config.ops.loadtest import invariants, stage
from config.ops.loadtest.figures import KINDS, Summary, busy_seconds, summary
from config.ops.loadtest.plan import Plan, RacePlan
from config.ops.loadtest.rush import Rush, Sheet
from config.ops.smoke.http import Place
from entries.meet.models import Meet, State
from tenants.scope import across_tenants

Say = Callable[[str], None]


@dataclass
class Outcome:
    lines: list[CheckLine] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    entries: int = 0
    seconds: float = 0.0

    @property
    def entries_per_second(self) -> float:
        """Entries that were answered with a receipt, for each second of the rush."""
        return self.entries / self.seconds if self.seconds else 0.0

    def facts(self, plan: Plan) -> dict[str, Any]:
        """What the note of the run keeps; `pre_meet_check` reads `entries_per_second`."""
        return {
            "teams": plan.teams,
            "rows": plan.rows,
            "clients": plan.clients,
            "rounds": plan.rounds,
            "entries": self.entries,
            "entries_per_second": round(self.entries_per_second, 1),
            "figures": {row.kind: row._asdict() for row in self.summaries},
            "invariants": {line.key: str(line.word) for line in self.lines},
        }


def open_meets() -> list[str]:
    """Meets of real hosts whose entries are open now, by the database's clock."""
    with across_tenants():
        meets = Meet.objects.filter(state=State.PUBLISHED, entries_open_at__lte=Now(), entries_close_at__gt=Now())
        real = meets.filter(tenant__is_active=True).exclude(tenant__slug=stage.SLUG)
        return [f"{host}/{slug}" for host, slug in real.values_list("tenant__slug", "slug").order_by("pk")]


def races_of(meet: Meet) -> list[RacePlan]:
    """A meet's races as the model of a rush."""
    with across_tenants():
        races = meet.races.in_programme_order()
        return [RacePlan(race.name, race.distance_m, race.places) for race in races]


def perform(plan: Plan, place: Place, *, timeout: float, keep: bool, at: Callable[[], datetime], say: Say) -> Outcome:
    """Run it. Whatever happens, also Ctrl-C, all that was made is taken out again, unless `keep`. Raises NotReady."""
    stage.strike()
    rush: Rush | None = None
    outcome = Outcome()
    try:
        rush = Rush(place, plan, stage.engage(plan), timeout=timeout)
        first = stage.open_meet(plan, 1, at=at())
        say(_("サインイン中（%(teams)dチーム）") % {"teams": plan.teams})
        rush.sign_in()
        for number in range(1, plan.rounds + 1):
            here = first if number == 1 else stage.open_meet(plan, number, at=at())
            say(_("申込の殺到 %(number)d/%(rounds)d回目: %(entries)d件、同時%(clients)d") % {
                "number": number, "rounds": plan.rounds, "entries": plan.entries, "clients": plan.clients,
            })  # fmt: skip
            outcome.lines += _round(rush, here, number)
        rush.sign_out()
    finally:
        if not keep:
            stage.strike(sessions=_sessions(rush))
    journal = rush.journal.rows
    outcome.summaries = [summary(kind, journal[kind]) for kind in KINDS]
    outcome.entries = sum(row.status == 303 for row in journal["post"]) * plan.rows
    outcome.seconds = busy_seconds(journal["post"])
    return outcome


def _sessions(rush: Rush | None) -> list[str]:
    return [browser.session for browser in rush.browsers.values() if browser.session] if rush else []


def _round(rush: Rush, here: stage.Stage, number: int) -> list[CheckLine]:
    sheets = rush.sheets(here)
    rush.open_sheets(here, sheets)
    rush.send(here, sheets)
    retried = rush.press_again(here, sheets)
    rush.replay(here, sheets)
    rush.read_receipts(sheets)
    topic = _("%(number)d回目の検査") % {"number": number}
    lines = [*invariants.check(here, sheets, invariants.read(here)), *_retries(retried, sheets)]
    return [replace(line, topic=topic) for line in lines]


def _retries(retried: int, sheets: Sequence[Sheet]) -> list[CheckLine]:
    """Not a broken promise, but a sign that the server was too small."""
    if not retried:
        return []
    text = _("1回目で受付票が出なかった申込票: %(retried)d/%(sheets)d件") % {"retried": retried, "sheets": len(sheets)}
    todo = _("WEB_CONCURRENCY（プロセス数）かサーバーの大きさを見直してください。")
    return [look("retried", text, todo, retried=retried)]
