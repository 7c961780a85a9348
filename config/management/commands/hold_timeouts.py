from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.runtime.databases import hold_timeouts, timeouts_hold
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name


class Command(OpsCommand):
    """Before a pooler comes between the site and its database."""

    help = "Write the limits of lock waits and statements to the site's role in its database, for use behind PgBouncer."

    def add_arguments(self, parser: CommandParser) -> None:
        """For a look without a change."""
        parser.add_argument("--check", action="store_true", help="only look whether the limits hold")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Exit 1 when they do not hold, or cannot be written."""
        if check:
            if not timeouts_hold():
                raise CommandError(
                    "lock waits and statements have no limit: run `manage.py hold_timeouts`, then RECONNECT"
                )
            self.stdout.write("lock waits and statements are limited")
            return
        self.stderr.write(f"limits for the role of {database_name()}")
        for line in hold_timeouts():
            self.stdout.write(line)
