"""`manage.py flush`, which Django has: refused where there is something to lose."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush

from config.env import ENV
from tenants.commands.command import OneLineCommand


class Command(OneLineCommand, flush.Command):
    """Seed 000 section 7: no command of this site empties a database outside dev."""

    help = "Empty the database. On a developer's machine only."

    def handle(self, **options: Any) -> None:
        """Refuse, or do as Django does."""
        if not ENV.is_dev:
            text = "flush would empty the database; it is refused outside dev. To repair data, run migrate, seeds and imports."
            raise CommandError(f"{text} Nothing was written.")
        super().handle(**options)
