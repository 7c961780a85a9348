from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from entries.heat.models import Start
from entries.management.privacy import meet_of
from entries.management.writing import write_all
from entries.report.emergency import KINDS, files_of
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.scope import tenant_scope


class Command(OpsCommand):
    """`manage.py print_papers MEET --output DIR [--only KIND …]` (contract 8)."""

    says_refusals = True
    help = "Write the papers of a meet as PDF and its tables and timing files into a directory. Kinds: " + ", ".join(
        KINDS
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--output", required=True, metavar="DIR", help="where to; made when it is not there")
        parser.add_argument("--only", nargs="+", default=[], metavar="KIND", help="these kinds")

    def handle(self, *args: Any, meet: str, output: str, only: list[str], **options: Any) -> None:
        """A line a file. Each is written whole or not at all."""
        unknown = [kind for kind in only if kind not in KINDS]
        if unknown:
            raise CommandError(f"no such paper: {', '.join(unknown)}. There are: {', '.join(KINDS)}.")
        self.stdout.write(f"print_papers reads {database_name()}")
        check_ready()
        found = meet_of(meet)
        with tenant_scope(found.tenant_id):
            if not Start.objects.filter(heat__race__meet=found).exists():
                raise CommandError("nobody stands in a heat of this meet. Nothing was written.")
            for line in write_all(output, files_of(found, at=timezone.now(), only=only)):
                self.stdout.write(line)
