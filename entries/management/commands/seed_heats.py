from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from entries.heat.actions import Seeded, places_of, seed_heats, would_move
from entries.management.privacy import actor_of, meet_of
from entries.meet.models import Meet, Race
from tenants.commands.command import DRY, OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.scope import tenant_scope


class Command(OpsCommand):
    """`manage.py seed_heats MEET [--race NAME] [--recut] [--apply]` (contract 8)."""

    says_refusals = True
    help = (
        "Make the heats of a meet from its entries, and say what came of each race; without --apply nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("meet", metavar="MEET", help="TENANT/SLUG as in its address, or its number")
        parser.add_argument("--race", default=None, metavar="NAME", help="only the race of this name")
        parser.add_argument("--apply", action="store_true", help="write it")
        parser.add_argument(
            "--recut", action="store_true", help="also a meet whose lists went out: all are numbered anew"
        )
        parser.add_argument("--by", default="", metavar="EMAIL", help="whose name stands in the trail")

    def handle(
        self, *args: Any, meet: str, race: str | None, apply: bool, recut: bool, by: str, **options: Any
    ) -> None:
        """A line a race, parted by tabs."""
        self.stdout.write(f"seed_heats {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        found, actor = meet_of(meet), actor_of(by)
        with tenant_scope(found.tenant_id):
            races = None if race is None else [_race(found, race).pk]
            before = places_of(found)
            made = seed_heats(meet=found, by=actor, at=timezone.now(), races=races, apply=apply, recut=recut)
            for one in made:
                self.stdout.write("\t".join(_line(one)))
            if recut:
                self.stdout.write(
                    f"would move: {len(would_move(made, before))} of {sum(len(one.starters.entries) for one in made)}"
                )
        if not apply:
            self.stdout.write(DRY)


def _race(meet: Meet, name: str) -> Race:
    """Raises CommandError."""
    found = Race.objects.filter(meet=meet, name=name).first()
    if found is None:
        raise CommandError(f"no race of this meet is called {name!r}. Nothing was written.")
    return found


def _line(one: Seeded) -> list[str]:
    seeding = one.seeding
    return [
        one.race.name, f"entries={len(one.starters.entries)}", f"heats={len(seeding.heats)}",
        f"sizes={','.join(map(str, seeding.sizes))}", f"together={seeding.surplus}", f"moved={seeding.moved}",
        f"hash={seeding.hash}",
    ]  # fmt: skip
