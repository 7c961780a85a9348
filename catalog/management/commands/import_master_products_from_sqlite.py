"""`manage.py import_master_products_from_sqlite --tenant ID_OR_SLUG --sqlite PATH`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from catalog.importing.sqlite.sqlite_import import Outcome, import_old_file
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name
from tenants.models import Tenant

MOST_DIGITS = 18


class Command(OpsCommand):
    """Seed 000, section 4-4."""

    refused = "the database refused: {}. Nothing was written."
    says_refusals = True
    help = (
        "Add the products of an old SQLite file (table master_products) to a tenant's catalogue; "
        "products that are there already are left alone, so that it may be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and from where; TENANT_ID, SQLITE_DB_PATH and BATCH_SIZE are the defaults."""
        parser.add_argument(
            "--tenant", default=settings.IMPORT_TENANT_ID, metavar="ID_OR_SLUG", help="default: TENANT_ID"
        )
        parser.add_argument(
            "--sqlite", default=settings.IMPORT_SQLITE_PATH, metavar="PATH", help="default: SQLITE_DB_PATH"
        )
        parser.add_argument(
            "--batch-size",
            type=int,
            default=settings.IMPORT_BATCH_SIZE,
            metavar="N",
            help="rows held in memory at a time",
        )

    def handle(self, *args: Any, tenant: str, sqlite: str, batch_size: int, **options: Any) -> None:
        """Say where to, add, say what came of it."""
        if not tenant:
            raise CommandError("Which tenant? Give --tenant ID_OR_SLUG or set TENANT_ID. Nothing was written.")
        if not sqlite:
            raise CommandError("Which file? Give --sqlite PATH or set SQLITE_DB_PATH. Nothing was written.")
        if batch_size < 1:
            raise CommandError("--batch-size: write a number from 1. Nothing was written.")
        self.stdout.write(f"import_master_products_from_sqlite writes to {database_name()}")
        host = tenant_of(tenant)
        self.stdout.write(f"tenant {host.pk} {host.slug} ({host.name}), file {sqlite}")
        self.report(import_old_file(host, Path(sqlite), batch_size=batch_size))

    def report(self, outcome: Outcome) -> None:
        """The counts in one line, then the rows that need somebody's eye."""
        counts = outcome.run.counts
        for number, why in outcome.notes:
            self.stdout.write(f"row {number}: {why}")
        self._more(counts["without_price"] - len(outcome.notes), "taken without a price")
        for number, why in outcome.rejected:
            self.stdout.write(f"row {number} rejected: {why}")
        self._more(counts["rejected"] - len(outcome.rejected), "rejected")
        self.stdout.write(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
        if counts["rejected"]:
            self.stdout.write(f"All rejected rows with their reasons: import run {outcome.run.pk} in the admin.")

    def _more(self, count: int, what: str) -> None:
        if count > 0:
            self.stdout.write(f"… and {count} more rows {what}")


def tenant_of(text: str) -> Tenant:
    """The tenant with this id, else with this slug. Raises CommandError when there is none."""
    is_id = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    found = Tenant.objects.filter(pk=int(text)).first() if is_id else None
    found = found or Tenant.objects.filter(slug=text).first()
    if found is None:
        known = ", ".join(f"{one.pk} {one.slug}" for one in Tenant.objects.order_by("pk")[:10])
        raise CommandError(f"No tenant {text!r}. There are: {known or 'none'}. Nothing was written.")
    return found
