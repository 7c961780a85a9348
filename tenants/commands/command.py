"""What the commands of this site have in common: one line for whatever was refused, and no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from tenants.commands.ready import reason
from tenants.refusal import Refused
from tenants.wording import say

GOES_ON = "the database refused: {}. Run it again: it goes on where it stopped."
DRY = "dry run: nothing was written; add --apply"


class OpsCommand(BaseCommand):
    """A command that ends with one line when the database refuses, or a rule where it may."""

    requires_system_checks = ()
    refused = "the database does not answer: {}. Check DATABASE_URL."
    """What is said when the database refuses; {} is its reason."""
    says_refusals = False
    """Whether a rule may say no to this command, which then has written nothing. Elsewhere a refusal is a fault."""
    said_as_they_are: tuple[type[Exception], ...] = ()
    """Errors whose text is the line."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Raises CommandError for what was refused."""
        try:
            return super().execute(*args, **options)
        except self.said_as_they_are as error:
            raise CommandError(str(error)) from None
        except Refused as refusal:
            if not self.says_refusals:
                raise
            raise CommandError(f"{say(refusal).rstrip('.。')}. Nothing was written.") from None
        except DatabaseError as error:
            raise CommandError(self.refused.format(reason(error))) from None


@contextmanager
def database_may_refuse() -> Iterator[None]:
    """One clear line for whatever the database says. Missing migrations are no reason to refuse: the site is closed in the
    middle of a deployment too. Raises CommandError."""
    try:
        yield
    except Refused as refusal:
        raise CommandError(say(refusal)) from None
    except (DatabaseError, InterfaceError) as error:
        raise CommandError(f"the database refused: {reason(error)}. Nothing was changed.") from None
