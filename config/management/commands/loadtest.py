"""`manage.py loadtest`: the entry rush against a running server (contract 6; seed 002 「負荷テスト実施」)."""

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from config.env import ENV
from config.ops.checklist import failed, plain
from config.ops.loadtest.alone import Busy, alone
from config.ops.loadtest.figures import table
from config.ops.loadtest.plan import (
    MOST_CLIENTS,
    MOST_ROWS,
    MOST_TEAMS,
    ROWS,
    TEAMS,
    Plan,
    like_a_meet,
    made_up,
)
from config.ops.loadtest.run import Outcome, open_meets, perform, races_of
from config.ops.loadtest.rush import NotReady
from config.ops.loadtest.stage import SLUG, NotOurs
from config.ops.smoke.http import Place, read_place
from entries.meet.lookup import NoSuchMeet, find_meet
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.upkeep.actions import noted

EVEN = "--even-while-entries-are-open"
BOUNDS = {"teams": MOST_TEAMS, "rows": MOST_ROWS, "clients": MOST_CLIENTS, "rounds": 50, "timeout": 600}


class Command(OpsCommand):
    """Set up, fire, look, take away."""

    help = "Fire the entry rush at a running server: throughput, percentiles, and exit 1 when an invariant is broken."
    refused = "the database refused: {}. The next run removes what is left"
    said_as_they_are = (NotReady, NotOurs, Busy)

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, how much, and the two promises that are asked for outside dev."""
        parser.add_argument("--url", default=ENV.base_url, help="the running server (BASE_URL)")
        parser.add_argument("--meet", default="", help="TENANT/SLUG: take its races and places as the model")
        parser.add_argument("--teams", type=int, help=f"coaches who send a sheet ({TEAMS})")
        parser.add_argument("--rows", type=int, default=ROWS, help=f"athletes on each sheet ({ROWS})")
        parser.add_argument("--clients", type=int, default=32, help="at the same time (32)")
        parser.add_argument("--rounds", type=int, default=1, help="rushes, each on a new meet (1)")
        parser.add_argument("--timeout", type=int, default=60, help="seconds to wait for an answer (60)")
        parser.add_argument("--yes", action="store_true", help="outside dev: yes, it writes to this database")
        parser.add_argument(EVEN, action="store_true", help="outside dev: although people are entering now")
        parser.add_argument(
            "--keep", action="store_true", help="leave what was made, to look at; the next run removes it"
        )

    def handle(self, *args: Any, url: str, timeout: int, keep: bool, **options: Any) -> None:
        """Exit 0 only when every invariant held."""
        place = _place(url)
        _check_bounds(timeout=timeout, **options)
        self.stdout.write(f"loadtest at {url} writes to {database_name()}, and only to the host {SLUG}")
        check_ready()
        plan = _plan(**options)
        _check_allowed(options["yes"], options["even_while_entries_are_open"])
        before = signal.signal(signal.SIGTERM, _stop)
        try:
            outcome = self._perform(plan, place, timeout, keep)
        finally:
            signal.signal(signal.SIGTERM, before)
        self._say(plan, outcome)

    def _perform(self, plan: Plan, place: Place, timeout: int, keep: bool) -> Outcome:
        try:
            with alone(), noted("loadtest") as run:
                outcome = perform(plan, place, timeout=timeout, keep=keep, at=timezone.now, say=self._print)
                run.facts = outcome.facts(plan)
                run.succeeded = not failed(outcome.lines)
        except KeyboardInterrupt:
            left = "what was made is kept" if keep else "what was made is removed"
            raise CommandError(f"stopped; {left}") from None
        return outcome

    def _say(self, plan: Plan, outcome: Outcome) -> None:
        for line in [*table(outcome.summaries), *plain(outcome.lines)]:
            self._print(line)
        self._print(
            f"\n{outcome.entries} entries in {outcome.seconds:.1f} s: {outcome.entries_per_second:,.0f} entries/s, "
            f"{plan.clients} clients, {plan.rounds} round(s)"
        )
        if broken := sorted({line.key for line in failed(outcome.lines)}):
            raise CommandError(f"broken: {', '.join(broken)}")

    def _print(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _check_bounds(**given: Any) -> None:
    for name, most in BOUNDS.items():
        if given[name] is not None and not 1 <= given[name] <= most:
            raise CommandError(f"--{name}: write a number from 1 to {most}")


def _plan(teams: int | None, rows: int, clients: int, rounds: int, meet: str, **options: Any) -> Plan:
    """Raises CommandError for a meet that is not there."""
    if not meet:
        return made_up(teams=teams or TEAMS, rows=rows, clients=clients, rounds=rounds)
    try:
        races = races_of(find_meet(meet))
    except NoSuchMeet as error:
        raise CommandError(f"--meet: {error}") from None
    if not races:
        raise CommandError(f"--meet: {meet} has no races")
    return like_a_meet(races, teams=teams, rows=rows, clients=clients, rounds=rounds)


def _place(url: str) -> Place:
    try:
        return read_place(url)
    except ValueError as error:
        raise CommandError(f"--url: {error}") from None


def _check_allowed(yes: bool, even: bool) -> None:
    """Raises CommandError outside dev, unless asked for by name."""
    if settings.APP_ENV == "dev":
        return
    if not yes:
        raise CommandError(f"this is {settings.APP_ENV}, and a rush writes: say --yes. Nothing was written.")
    meets = open_meets()
    if meets and not even:
        raise CommandError(
            f"people are entering now ({', '.join(meets[:5])}): wait, or say {EVEN}. Nothing was written."
        )


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
