from argparse import ArgumentParser
from typing import Any

from config.ops.command import OpsCommand
from config.ops.ready import database_name
from config.ops.switching import database_may_refuse, describe, moment_of, switch_off, switch_on
from tenants.switches.models import Function


class Command(OpsCommand):
    help = "Close the site for everyone but the platform admin (503 with Retry-After), open it again, or say how it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, what is said, until when."""
        parser.add_argument("what", choices=("on", "off", "status"))
        parser.add_argument("--message", default="", help="shown to everyone")
        parser.add_argument("--until", default="", metavar="ISO", help="when it is expected back: 2026-11-23T12:00")

    def handle(self, *args: Any, what: str, message: str, until: str, **options: Any) -> None:
        """Say which database, switch, say how it is now."""
        back_at = moment_of(until)
        self.stdout.write(f"maintenance on {database_name()}")
        with database_may_refuse():
            if what == "on":
                switch_on(Function.MAINTENANCE, message=message, back_at=back_at)
            elif what == "off":
                switch_off(Function.MAINTENANCE)
            self.stdout.write(describe(Function.MAINTENANCE))
