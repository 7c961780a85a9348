from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from entries.archive.subject_access import hand_out_to
from entries.management.privacy import actor_of, ask_for_file, ask_for_trail, counted, number_of, writes_file
from entries.roster.models import Athlete
from tenants.commands.command import GOES_ON, OpsCommand
from tenants.commands.ready import check_ready, database_name


class Command(OpsCommand):
    """One person's right to see what is stored (requirement P3)."""

    says_refusals = True
    help = "Write everything that is stored about one athlete into one ZIP (CSV and JSON)."
    refused = GOES_ON

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", help="number of the athlete")
        ask_for_file(parser)
        ask_for_trail(parser)

    def handle(self, *args: Any, id: str, output: str, force: bool, by: str, why: str, **options: Any) -> None:
        """Read, write, note it in the trail."""
        self.stdout.write(f"export_athlete reads {database_name()} and notes the export in its trail")
        check_ready()
        number, actor, path = number_of(id), actor_of(by), Path(output)
        athlete = Athlete.objects.select_related("team").filter(pk=number).first()
        if athlete is None:
            raise CommandError(f"no athlete has the number {number}. Nothing was written.")
        with writes_file(path):
            counts = hand_out_to(athlete, path, by=actor, at=timezone.now(), why=why, force=force)
        self.stdout.write(f"{path}: {counted(counts)}")
