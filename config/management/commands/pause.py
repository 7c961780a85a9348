from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.ops import switching
from config.ops.command import OpsCommand
from config.ops.ready import database_name
from tenants.switches.models import Function

ENTRIES = "entries"
FUNCTIONS = [*(function.value for function in Function if function != Function.MAINTENANCE), ENTRIES]


class Command(OpsCommand):
    help = "Pause one function (read_only, registration, uploads, drafting, or the entries of one meet), or resume it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, what, and what is said."""
        parser.add_argument("function", choices=FUNCTIONS)
        parser.add_argument("what", choices=("on", "off", "status"))
        parser.add_argument("--message", default="", help="shown to everyone who comes to it")
        parser.add_argument("--until", default="", metavar="ISO", help="when it is expected back: 2026-11-23T12:00")
        parser.add_argument("--meet", default="", metavar="TENANT/SLUG", help="for entries: which meet's")

    def handle(self, *args: Any, function: str, what: str, message: str, until: str, meet: str, **options: Any) -> None:
        """Say which database, switch, say how it is now."""
        if (function == ENTRIES) != bool(meet):
            raise CommandError(f"--meet TENANT/SLUG goes with {ENTRIES}, and {ENTRIES} with --meet")
        back_at = switching.moment_of(until)
        self.stdout.write(f"pause {function} on {database_name()}")
        with switching.database_may_refuse():
            if function == ENTRIES:
                self._entries(what, meet, message)
                return
            if what == "on":
                switching.switch_on(Function(function), message=message, back_at=back_at)
            elif what == "off":
                switching.switch_off(Function(function))
            self.stdout.write(switching.describe(Function(function)))

    def _entries(self, what: str, meet: str, message: str) -> None:
        if what == "on":
            switching.pause_entries(meet, message=message)
        elif what == "off":
            switching.resume_entries(meet)
        self.stdout.write(switching.describe_meet(meet))
