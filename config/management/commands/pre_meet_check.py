"""`manage.py pre_meet_check MEET` (contract 6; seed 002 「定期メンテナンス 大会前」)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from config.ops.checklist_command import ChecklistCommand
from config.ops.pre_meet_check.lines import meet_lines
from entries.meet.lookup import NoSuchMeet, address_of, find_meet
from tenants.commands.ready import check_ready


class Command(ChecklistCommand):
    """The meet, the load test, the whole site, the backup."""

    kind = "pre_meet_check"
    help = "Go through everything to look at before a meet's entries open; exit 1 when a line is NG."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which meet, and whether the running site is asked."""
        parser.add_argument("meet", help="TENANT/SLUG, a slug that only one host uses, or a number")
        parser.add_argument("--smoke", action="store_true", help="also try the running site at BASE_URL, reading only")
        super().add_arguments(parser)

    def handle(self, *args: Any, meet: str, smoke: bool, json: bool, language: str, **options: Any) -> None:
        """Reads; its only write is the note of this run."""
        check_ready()
        try:
            found = find_meet(meet)
        except NoSuchMeet as error:
            raise CommandError(str(error)) from None
        self.go_through(
            lambda: meet_lines(found, at=timezone.now(), smoke=smoke),
            title=f"pre_meet_check {address_of(found)}",
            as_json=json,
            language=language,
            meet=address_of(found),
        )
