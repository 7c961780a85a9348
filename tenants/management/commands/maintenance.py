from argparse import ArgumentParser
from typing import Any

from tenants.commands.command import OpsCommand, database_may_refuse
from tenants.commands.ready import database_name
from tenants.switches.commands import ask_what, moment_of, switched
from tenants.switches.models import Function


class Command(OpsCommand):
    help = "Close the site for everyone but the platform admin (503 with Retry-After), open it again, or say how it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, what is said, until when."""
        ask_what(parser, shown="shown to everyone")

    def handle(self, *args: Any, what: str, message: str | None, until: str | None, **options: Any) -> None:
        """Say which database, switch, say how it is now."""
        moment_of(until)
        self.stdout.write(f"maintenance on {database_name()}")
        with database_may_refuse():
            self.stdout.write(switched(Function.MAINTENANCE, what, message=message, until=until))
