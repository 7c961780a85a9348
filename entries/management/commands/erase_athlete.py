from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from entries.archive import erasing
from entries.management.privacy import actor_of, ask_for_trail, number_of
from entries.roster.models import Athlete
from tenants.commands.command import DRY, GOES_ON, OpsCommand, in_english
from tenants.commands.ready import check_ready, database_name
from tenants.models import User
from tenants.upkeep.actions import noted


class Command(OpsCommand):
    """One person's right to be erased (requirement P3)."""

    says_refusals = True
    help = "Erase one athlete's personal data everywhere, entries keeping a pseudonym; says what would change unless --apply is given."
    refused = GOES_ON
    kind = "athlete"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", help=f"number of the {self.kind}")
        parser.add_argument("--apply", action="store_true", help="erase; without this nothing is written")
        parser.add_argument("--withdraw", action="store_true", help="also withdraw entries of meets to come")
        ask_for_trail(parser, why="stands in the trail and in the list of erasures; no names")

    def handle(self, *args: Any, id: str, apply: bool, withdraw: bool, by: str, why: str, **options: Any) -> None:
        """Say the tables and how many rows of each; with --apply change them."""
        self.stdout.write(f"erase_{self.kind} {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        row, actor = self.find(number_of(id)), actor_of(by)
        if apply:
            with noted(f"erase_{self.kind}") as run:
                counts = erasing.erase(row, by=actor, at=timezone.now(), why=why, withdraw=withdraw)
                run.facts = {self.kind: row.pk, **counts}
        else:
            counts = self._preview(row, withdraw=withdraw)
        for table, count in counts.items():
            self.stdout.write(f"{table:<16} {count:>6}")
        self.stdout.write("erased" if apply else DRY)

    def find(self, number: int) -> Any:
        found = Athlete.objects.select_related("team").filter(pk=number).first()
        if found is None:
            raise CommandError(f"no athlete has the number {number}. Nothing was written.")
        return found

    def _preview(self, row: Any, *, withdraw: bool) -> Mapping[str, int]:
        found = erasing.preview(row)
        if found.withdrawn:
            self.stdout.write(f"entries of meets to come: {found.withdrawn}; --apply --withdraw withdraws them first")
        if found.refusal is not None and not (withdraw and found.refusal.code == "erase_entered"):
            self.stdout.write(f"--apply would be refused now: {in_english(found.refusal)}")
        return found.changed


def user_numbered(number: int) -> User:
    """The account of that number. Raises CommandError."""
    found = User.objects.filter(pk=number).first()
    if found is None:
        raise CommandError(f"no account has the number {number}. Nothing was written.")
    return found
