from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.ops.backups.databases import site_database
from config.ops.backups.drill import drill
from config.ops.backups.errors import BackupError
from config.ops.backups.places import LATEST
from config.ops.backups.stopping import cleanly
from config.ops.backups.verify import Proof
from tenants.commands.command import OpsCommand

MINUTE, HOUR = 60, 3600


class Command(OpsCommand):
    """A backup that nobody has restored is a hope."""

    help = "Restore a backup into a scratch database, compare every table with its manifest, print RTO and RPO."
    said_as_they_are = (BackupError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", help="a file, s3:NAME or latest")
        parser.add_argument("--latest", action="store_true", help="the newest good one of this site")
        parser.add_argument("--store", action="store_true", help="with --latest: only what is off the platform")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove it, or say in one line what is wrong with it."""
        if bool(options["path"]) == options["latest"]:
            raise CommandError("name one backup: a path, s3:NAME, or --latest")
        self.stdout.write(f"database: {site_database().label} gets a note of this run, a scratch database the backup")
        with cleanly():
            self._say(drill(options["path"] or LATEST, store_only=options["store"]))

    def _say(self, proof: Proof) -> None:
        manifest, say = proof.manifest, self.stdout.write
        say(f"backup:  {proof.name}, {proof.bytes} bytes{', encrypted' if proof.encrypted else ''}")
        say(f"made:    {manifest.snapshot_at:%Y-%m-%d %H:%M:%S} UTC by release {manifest.release or 'unknown'}")
        say(f"proved:  {manifest.facts.rows} rows in {len(manifest.facts.tables)} tables, equal by count and hash")
        say(f"         {len(manifest.facts.sequences)} sequences, {len(manifest.uploads)} uploads, a platform admin")
        say(f"RTO:     {proof.rto_seconds:.2f} s to fetch, check, restore and compare")
        say(f"RPO:     {proof.rpo_seconds:.0f} s ({_said(proof.rpo_seconds)}) would be lost now")


def _said(seconds: float) -> str:
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h"
