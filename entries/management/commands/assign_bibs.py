from typing import Any

from django.core.management.base import CommandParser

from entries.heat.bib_actions import assign_bibs, ranges_of
from entries.management.privacy import actor_of, meet_of
from tenants.commands.command import DRY, OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.scope import tenant_scope


class Command(OpsCommand):
    """`manage.py assign_bibs MEET [--apply]` (contract 8)."""

    says_refusals = True
    help = "Number all who start and have no number yet, from the meet's ranges; without --apply nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--apply", action="store_true", help="write it")
        parser.add_argument("--by", default="", metavar="EMAIL", help="whose name stands in the trail")

    def handle(self, *args: Any, meet: str, apply: bool, by: str, **options: Any) -> None:
        """How many were numbered, and a line a range: how many of its numbers are in use."""
        self.stdout.write(f"assign_bibs {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        found, actor = meet_of(meet), actor_of(by)
        with tenant_scope(found.tenant_id):
            given = sorted(assign_bibs(meet=found, by=actor, apply=apply).numbers.values())
            ranges = ranges_of(found)
        self.stdout.write(f"numbered: {len(given)}")
        for one in ranges:
            self.stdout.write(f"{one.first}-{one.last}: {sum(one.first <= bib <= one.last for bib in given)}")
        if not apply:
            self.stdout.write(DRY)
