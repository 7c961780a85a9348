"""`manage.py fold_product_keys [--apply]`."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from catalog.importing.key_actions import fold_keys
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name


class Command(OpsCommand):
    help = (
        "Bring products stored under a full-width brand or reference under the half-width one, merging those that become "
        "one; without --apply only says what would become of each."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to write."""
        parser.add_argument("--apply", action="store_true", help="write it")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        """Counts, then a line for each product."""
        self.stdout.write(f"fold_product_keys {'writes to' if apply else 'reads'} {database_name()}")
        check_ready()
        found = fold_keys(at=timezone.now(), apply=apply)
        merged = [one for one in found if one.merged]
        self.stdout.write(f"renamed: {len(found) - len(merged)}")
        self.stdout.write(f"merged: {len(merged)}")
        self.stdout.write(f"moved: {sum(one.moved for one in merged)}")
        self.stdout.write(f"replaced: {sum(one.replaced for one in merged)}")
        for one in found:
            what = f"merged, {one.moved} moved, {one.replaced} replaced" if one.merged else "renamed"
            self.stdout.write(f"{one.tenant}: {' / '.join(one.before)} -> {' / '.join(one.after)} ({what})")
        if found and not apply:
            self.stdout.write("Nothing was written: run it again with --apply.")
