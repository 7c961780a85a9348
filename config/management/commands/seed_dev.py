from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from config.demo.seeds.demo import seed
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name


class Command(OpsCommand):
    """The demo of contract 3."""

    refused = "the database refused: {}. Nothing was written."
    help = "Write the demo: two hosts, four meets, 60 teams with 1,200 athletes. Only where APP_ENV is dev."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what is missing; the second run changes nothing."""
        if settings.APP_ENV != "dev":
            raise CommandError(f"seed_dev is for APP_ENV=dev only; this is {settings.APP_ENV}. Nothing was written.")
        self.stdout.write(f"seed_dev writes to {database_name()}")
        written = seed(at=timezone.localtime())
        what = ", ".join(f"{count} {name}" for name, count in written.items() if count)
        self.stdout.write(what or "everything was there already")
