"""What the commands that write files for programs have in common."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from entries.management.privacy import meet_of
from entries.management.writing import write_all
from entries.meet.models import Meet
from entries.report.timing_files import TimingFiles
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.scope import tenant_scope


class TimingCommand(OpsCommand):
    """`manage.py NAME MEET --output DIR`: the files that `files_of` makes of a meet."""

    says_refusals = True

    def files_of(self, meet: Meet) -> TimingFiles:
        """The files of the meet."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--output", required=True, metavar="DIR", help="where to; made when it is not there")

    def handle(self, *args: Any, meet: str, output: str, **options: Any) -> None:
        """A line a file, then what is to be known of them, and one for each letter that was replaced."""
        self.stdout.write(f"{type(self).__module__.rpartition('.')[2]} reads {database_name()}")
        check_ready()
        found = meet_of(meet)
        with tenant_scope(found.tenant_id), translation.override("en"):
            made = self.files_of(found)
        if not made.starts:
            raise CommandError("nobody stands in a heat of this meet. Nothing was written.")
        for line in write_all(output, made.files.items()):
            self.stdout.write(line)
        self.stdout.write(f"heats: {made.heats}, starts: {made.starts}, encoding: {found.timing_encoding or 'utf-8'}")
        for note in made.notes:
            self.stdout.write(f"note: {note}")
        for letter in made.letters():
            self.stdout.write(f"replaced: {letter}")
