from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from tenants.commands.command import DRY, GOES_ON, OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.privacy.classes import class_of
from tenants.privacy.retention import ClassRun, run
from tenants.upkeep.actions import beat, noted


class Command(OpsCommand):
    """Every class of data in its time (requirement P2); a cron job runs it daily."""

    help = "Clear every class of data whose retention period is over; says what is overdue unless --apply is given."
    refused = GOES_ON

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="clear it; without this nothing is written")
        parser.add_argument("--only", action="append", metavar="CLASS", help="this class only; may be given again")

    def handle(self, *args: Any, apply: bool, only: list[str] | None, **options: Any) -> None:
        """One line for each class; what was held by somebody is left for the next run."""
        self.stdout.write(f"retention {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        for kind in only or ():
            self._check(kind)
        lines = self._run(apply=apply, only=only)
        for line in lines:
            told = f", told {line.told}" if line.told else ""
            cleared = f", cleared {line.cleared:>6}" if apply else ""
            self.stdout.write(f"{line.kind:<16} {line.days:>5} days  overdue {line.overdue:>6}{cleared}{told}")
        self.stdout.write(f"cleared {sum(line.cleared for line in lines)} rows" if apply else DRY)

    @staticmethod
    def _check(kind: str) -> None:
        try:
            class_of(kind)
        except KeyError:
            raise CommandError(f"no class of data is called {kind!r}. Nothing was written.") from None

    @staticmethod
    def _run(*, apply: bool, only: list[str] | None) -> list[ClassRun]:
        at = timezone.now()
        if not apply:
            return run(at=at, apply=False, only=only)
        with noted("retention") as noted_run:
            lines = run(at=at, apply=True, only=only)
            noted_run.facts = {line.kind: line.cleared for line in lines if line.cleared}
        if only is None:
            beat("retention", at=timezone.now(), cleared=sum(line.cleared for line in lines))
        return lines
