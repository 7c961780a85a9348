from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.ops.backups.databases import site_database
from config.ops.backups.errors import BackupError
from config.ops.backups.restore import restore
from config.ops.backups.stopping import cleanly
from tenants.commands.command import OpsCommand


class Command(OpsCommand):
    """After `maintenance on`; docs/backup.md has the steps before and after."""

    help = "Put a backup in the place of this site's database and uploads, after checking all of it; then erase again."
    said_as_they_are = (BackupError,)
    refused = "the database does not answer: {}. Keep maintenance on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, and what it may replace."""
        parser.add_argument("path", help="a file, s3:NAME or latest")
        parser.add_argument("--replace", "--force", action="store_true", help="the database may hold rows")
        parser.add_argument("--yes-replace", metavar="DATABASE", default="", help="its name, as a confirmation")
        parser.add_argument("--without-store", action="store_true", help="erasures kept in the store are not replayed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which database; restore; say what came of it."""
        self.stdout.write(f"database: {site_database().label}")
        if options["yes_replace"] and not options["replace"]:
            raise CommandError("--yes-replace goes with --replace")
        replace = options["yes_replace"] if options["replace"] else ""
        with cleanly():
            done = restore(
                options["path"], replace=replace, with_store=not options["without_store"], say=self.stdout.write
            )
        self.stdout.write(f"erased again: {done.replayed}")
        self.stdout.write(f"RTO: {done.seconds:.2f} s   RPO: {done.age_seconds:.0f} s")
        self.stdout.write("mails that had not been sent when the backup was made will be sent once the worker runs")
        self.stdout.write("next: python manage.py check_env_data, then smoke, then maintenance off")
