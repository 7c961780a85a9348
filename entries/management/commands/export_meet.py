from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from entries.archive.exporting import Archive, write_archive
from entries.management.privacy import actor_of, ask_for_file, ask_for_trail, counted, meet_of, writes_file
from tenants.commands.command import GOES_ON, OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.upkeep.actions import noted


class Command(OpsCommand):
    """Seed 002 「大会後 データエクスポート（記録保存用）」."""

    says_refusals = True
    help = "Write everything of a meet into one archive (CSV, JSON with its schema, PDF, checksums), readable without this site."
    refused = GOES_ON

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--without-personal", action="store_true", help="races, counts and notices only")
        ask_for_file(parser)
        ask_for_trail(parser)

    def handle(
        self, *args: Any, meet: str, output: str, without_personal: bool, force: bool, by: str, why: str, **options: Any
    ) -> None:
        """Read, write, note it in the trail, say what is in it."""
        self.stdout.write(f"export_meet reads {database_name()} and notes the export in its trail")
        check_ready()
        found, actor, path = meet_of(meet), actor_of(by), Path(output)
        with writes_file(path), noted("export_meet") as run:
            made = write_archive(
                found, path, with_personal=not without_personal, by=actor, at=timezone.now(), why=why, force=force
            )
            run.facts = {"meet": found.pk, "bytes": made.size, **made.counts}
        self._say(path, made)

    def _say(self, path: Path, made: Archive) -> None:
        self.stdout.write(counted(made.counts))
        self.stdout.write(f"{path}: {made.size:,} bytes, sha256 {made.sha256}, export {made.export_id}")
