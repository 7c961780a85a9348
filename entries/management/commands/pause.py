from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from entries.entry import pausing
from entries.meet.lookup import NoSuchMeet, find_meet
from entries.meet.models import Meet
from tenants.commands.command import OpsCommand, database_may_refuse
from tenants.commands.ready import database_name
from tenants.commands.terminal import printable
from tenants.scope import tenant_scope
from tenants.switches.commands import ask_what, moment_of, switched
from tenants.switches.models import Function

ENTRIES = "entries"
FUNCTIONS = [*(function.value for function in Function if function != Function.MAINTENANCE), ENTRIES]


class Command(OpsCommand):
    help = "Pause one function (read_only, registration, uploads, drafting, or the entries of one meet), or resume it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, what, and what is said."""
        parser.add_argument("function", choices=FUNCTIONS)
        ask_what(parser, shown="shown to everyone who comes to it")
        parser.add_argument("--meet", default="", metavar="TENANT/SLUG", help="for entries: which meet's")

    def handle(
        self, *args: Any, function: str, what: str, message: str | None, until: str | None, meet: str, **options: Any
    ) -> None:
        """Say which database, switch, say how it is now."""
        if (function == ENTRIES) != bool(meet):
            raise CommandError(f"--meet TENANT/SLUG goes with {ENTRIES}, and {ENTRIES} with --meet")
        moment_of(until)
        self.stdout.write(f"pause {function} on {database_name()}")
        with database_may_refuse():
            is_meet = function == ENTRIES
            self.stdout.write(
                entries_switched(meet, what, message=message)
                if is_meet
                else switched(Function(function), what, message=message, until=until)
            )


def entries_switched(name: str, what: str, *, message: str | None) -> str:
    """Take no entries of one meet, take them again, or neither; how it stands, on one line. Raises CommandError for an unknown meet, Refused."""
    meet = _meet_named(name)
    with tenant_scope(meet.tenant_id):
        if what == "on":
            note = meet.pause_note if message is None else " ".join(message.split())
            pausing.pause(meet=meet, by=None, at=timezone.now(), note=note, why="manage.py pause")
        elif what == "off":
            pausing.resume(meet=meet, by=None, why="manage.py pause")
    meet = _meet_named(name)
    if meet.entries_paused_at is None:
        return f"entries of {printable(name)}: not paused"
    since = timezone.localtime(meet.entries_paused_at).strftime("%Y-%m-%d %H:%M %Z")
    said = f": {printable(meet.pause_note)}" if meet.pause_note else ""
    return f"entries of {printable(name)}: PAUSED since {since}{said}"


def _meet_named(name: str) -> Meet:
    try:
        return find_meet(name)
    except NoSuchMeet as error:
        raise CommandError(f"--meet: {printable(str(error))}") from None
