"""`manage.py export_athlete ID --output PATH`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from config.management.commands.seed_dev import database_name
from config.management.privacy import actor_of, broken, counted, number_of
from config.management.ready import check_ready
from entries.archive.handing import hand_out_to
from entries.roster.models import Athlete


class Command(BaseCommand):
    """One person's right to see what is stored (reliability P3)."""

    help = "Write everything that is stored about one athlete into one ZIP (CSV and JSON)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and where to."""
        parser.add_argument("id", metavar="ID", help="number of the athlete")
        parser.add_argument("--output", required=True, metavar="PATH", help="the ZIP file to write")
        parser.add_argument("--force", action="store_true", help="overwrite PATH when it is there")
        parser.add_argument("--by", default="", metavar="EMAIL", help="whose name stands in the trail")
        parser.add_argument("--why", default="", help="stands in the trail")

    def handle(self, *args: Any, id: str, output: str, force: bool, by: str, why: str, **options: Any) -> None:
        """Read, write, note it in the trail."""
        self.stdout.write(f"export_athlete reads {database_name()} and notes the export in its trail")
        check_ready()
        number, actor, path = number_of(id), actor_of(by), Path(output)
        athlete = Athlete.objects.select_related("team").filter(pk=number).first()
        if athlete is None:
            raise CommandError(f"no athlete has the number {number}. Nothing was written.")
        try:
            counts = hand_out_to(athlete, path, by=actor, at=timezone.now(), why=why, force=force)
        except FileExistsError:
            raise CommandError(f"{path} is there already; add --force to overwrite it. Nothing was written.") from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}. Nothing was written.") from None
        except DatabaseError as error:
            raise broken(error) from None
        self.stdout.write(f"{path}: {counted(counts)}")
