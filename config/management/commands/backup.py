from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from config.ops.backups.databases import site_database
from config.ops.backups.errors import BackupError
from config.ops.backups.stopping import cleanly
from config.ops.backups.take import Taken, take
from tenants.commands.command import OpsCommand


class Command(OpsCommand):
    """By hand before something risky; `--scheduled` is the nightly one."""

    help = "Write database and uploads with checksums into one file; --scheduled also copies it off the platform."
    said_as_they_are = (BackupError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, or the nightly way."""
        parser.add_argument("--output", help="file to write; default: a name with the time, in BACKUP_DIR")
        parser.add_argument("--scheduled", action="store_true", help="copy to the store, remove old ones, raise alarms")
        parser.add_argument("--accept-smaller", action="store_true", help="less than half of the last one is right")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say which database; take it; say what came of it."""
        if options["output"] and options["scheduled"]:
            raise CommandError("--scheduled writes into BACKUP_DIR: leave --output out")
        self.stdout.write(f"database: {site_database().label}")
        with cleanly():
            taken = take(
                Path(options["output"]) if options["output"] else None,
                at=timezone.now(),
                scheduled=options["scheduled"],
                accept_smaller=options["accept_smaller"],
            )
        self._say(taken)

    def _say(self, taken: Taken) -> None:
        facts = taken.facts
        self.stdout.write(f"rows:     {facts['rows']} in {facts['tables']} tables, {facts['uploads']} uploads")
        self.stdout.write(f"size:     {facts['bytes']} bytes{', encrypted' if facts['encrypted'] else ''}")
        self.stdout.write(f"seconds:  {taken.made.seconds:.2f}")
        self.stdout.write(f"sha256:   {facts['sha256']}")
        if taken.off_platform:
            self.stdout.write(f"store:    s3:{taken.made.path.name}, read back and compared")
        if taken.removed:
            self.stdout.write(f"removed:  {len(taken.removed)} older ones")
        self.stdout.write(f"backup:   {taken.made.path}")
        for warning in taken.warnings:
            self.stderr.write(f"warning: {warning}")
        if not facts["encrypted"] and settings.APP_ENV != "dev":
            self.stderr.write("warning: not encrypted, and it holds everybody's data: set BACKUP_KEY")
