from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import translation

from config.demo.seeds.accounts import STAFF_A
from config.demo.seeds.staging import SLUG, SomebodyElse, seed
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.models import MAX_ACTIVE_STAFF, User
from tenants.refusal import Refused
from tenants.retry import Busy

NOTHING = "Nothing was written."
NO_PASSWORD = (
    f"note: {STAFF_A.email} has no password and cannot sign in. Run this again with {STAFF_A.variable} set, "
    "or give a temporary one in the admin: /admin/tenants/user/"
)


class Command(OpsCommand):
    """What the predecessor's scripts/seed_staging_min.py did."""

    help = f"Write Tenant A, {STAFF_A.email} and the product TESTBRAND / REF001 where missing; nothing else, anywhere."
    refused = "the database refused: {}. Nothing was written."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what is missing; the second run changes nothing."""
        self.stdout.write(f"seed_staging_min writes to {database_name()}")
        check_ready()
        for line in self._seeded():
            self.stdout.write(line)
        if not User.objects.get(email__iexact=STAFF_A.email).has_usable_password():
            self.stdout.write(NO_PASSWORD)

    def _seeded(self) -> list[str]:
        try:
            with translation.override("en"):  # the words of a refused password
                return seed()
        except SomebodyElse as other:
            text = f"{STAFF_A.email} is not a staff account of {SLUG} here ({other}). {NOTHING}"
            raise CommandError(text) from None
        except Refused:
            text = f"{SLUG} has {MAX_ACTIVE_STAFF} active staff, the most there may be: deactivate one of them first."
            raise CommandError(f"{text} {NOTHING}") from None
        except ValidationError as error:
            raise CommandError(f"{STAFF_A.variable}: {' '.join(error.messages)} {NOTHING}") from None
        except Busy:
            raise CommandError(f"another run holds the rows; run this again. {NOTHING}") from None
