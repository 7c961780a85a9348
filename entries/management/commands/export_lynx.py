from typing import Any

from django.core.management.base import CommandError, CommandParser

from entries.management.privacy import meet_of
from entries.management.writing import write_all
from entries.report.lynx import lynx_files
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.scope import tenant_scope


class Command(OpsCommand):
    """`manage.py export_lynx MEET --output DIR` (contract 8)."""

    says_refusals = True
    help = "Write lynx.ppl, lynx.evt and lynx.sch of a meet, in the encoding that its page says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--output", required=True, metavar="DIR", help="where to; made when it is not there")

    def handle(self, *args: Any, meet: str, output: str, **options: Any) -> None:
        """A line a file, then one for each letter that was replaced."""
        self.stdout.write(f"export_lynx reads {database_name()}")
        check_ready()
        found = meet_of(meet)
        with tenant_scope(found.tenant_id):
            made = lynx_files(found)
        if not made.starts:
            raise CommandError("nobody stands in a heat of this meet. Nothing was written.")
        for line in write_all(output, made.files.items()):
            self.stdout.write(line)
        self.stdout.write(f"heats: {made.heats}, starts: {made.starts}, encoding: {found.timing_encoding or 'utf-8'}")
        for line in made.told():
            self.stdout.write(f"replaced: {line}")
