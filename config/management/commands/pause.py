from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.ops import switching
from tenants.commands.command import OpsCommand, database_may_refuse
from tenants.commands.ready import database_name
from tenants.switches.models import Function

ENTRIES = "entries"
FUNCTIONS = [*(function.value for function in Function if function != Function.MAINTENANCE), ENTRIES]


class Command(OpsCommand):
    help = "Pause one function (read_only, registration, uploads, drafting, or the entries of one meet), or resume it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, what, and what is said."""
        parser.add_argument("function", choices=FUNCTIONS)
        switching.ask_what(parser, shown="shown to everyone who comes to it")
        parser.add_argument("--meet", default="", metavar="TENANT/SLUG", help="for entries: which meet's")

    def handle(self, *args: Any, function: str, what: str, message: str, until: str, meet: str, **options: Any) -> None:
        """Say which database, switch, say how it is now."""
        if (function == ENTRIES) != bool(meet):
            raise CommandError(f"--meet TENANT/SLUG goes with {ENTRIES}, and {ENTRIES} with --meet")
        back_at = switching.moment_of(until)
        self.stdout.write(f"pause {function} on {database_name()}")
        with database_may_refuse():
            if function == ENTRIES:
                said = switching.entries_switched(meet, what, message=message)
            else:
                said = switching.switched(Function(function), what, message=message, back_at=back_at)
            self.stdout.write(said)
