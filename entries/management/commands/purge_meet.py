from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from entries.archive.purging import preview, purge_meet
from entries.archive.rules import check_may_purge
from entries.management.privacy import actor_of, ask_for_trail, counted, meet_of
from entries.meet.models import Meet
from tenants.commands.command import DRY, GOES_ON, OpsCommand, in_english
from tenants.commands.ready import check_ready, database_name
from tenants.refusal import Refused
from tenants.upkeep.actions import noted


class Command(OpsCommand):
    """Seed 002 「大会後 不要データのクリーンアップ」."""

    says_refusals = True
    help = "Remove the personal data that a meet no longer needs once it is over; says what would go unless --apply is given."
    refused = GOES_ON

    def add_arguments(self, parser: CommandParser) -> None:
        """Which meet, and whether for real."""
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--apply", action="store_true", help="remove it; without this nothing is written")
        parser.add_argument("--without-export", action="store_true", help="although it was never exported; needs --why")
        ask_for_trail(parser)

    def handle(
        self, *args: Any, meet: str, apply: bool, without_export: bool, by: str, why: str, **options: Any
    ) -> None:
        """Count; with --apply remove, batch by batch."""
        self.stdout.write(f"purge_meet {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        found, actor = meet_of(meet), actor_of(by)
        if without_export and not why.strip():
            raise CommandError("--without-export: give the reason with --why. Nothing was written.")
        if apply:
            self._apply(found, without_export=without_export, by=actor, why=why)
        else:
            self._preview(found, without_export=without_export)

    def _preview(self, meet: Meet, *, without_export: bool) -> None:
        for name, count in preview(meet, at=timezone.now()).items():
            self.stdout.write(f"{name:<10} {count:>8}")
        try:
            check_may_purge(meet, at=timezone.now(), without_export=without_export)
        except Refused as refusal:
            self.stdout.write(f"--apply would be refused now: {in_english(refusal)}")
        self.stdout.write(DRY)

    def _apply(self, meet: Meet, **values: Any) -> None:
        with noted("purge_meet") as run:
            counts = purge_meet(meet, at=timezone.now(), **values)
            run.facts = {"meet": meet.pk, **counts}
        self.stdout.write(f"removed: {counted(counts)}")
