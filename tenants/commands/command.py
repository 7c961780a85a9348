"""What the commands of this site have in common: one line for whatever was refused, and no traceback."""

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils.translation import override

from tenants.commands.ready import away, lacks_a_table, reason
from tenants.refusal import Refused
from tenants.wording import say

GOES_ON = "the database refused: {}. Run it again: it goes on where it stopped."
DRY = "dry run: nothing was written; add --apply"


class OneLineCommand(BaseCommand):
    """A command that also ends with 1 and one line when its arguments are wrong, instead of with 2 and a summary of them."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """As Django's, but for how it says that it cannot read the arguments."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            steps = [action.choices for action in parser._actions if isinstance(action, _SubParsersAction)]
            for one in (parser, *(step for choices in steps for step in choices.values())):
                one.error = partial(_end, one)
        return parser


def _end(parser: ArgumentParser, message: str) -> NoReturn:
    parser.exit(1, f"CommandError: {message}. See: python {parser.prog} --help\n")


class OpsCommand(OneLineCommand):
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
            raise CommandError(f"{in_english(refusal).rstrip('.')}. Nothing was written.") from None
        except DatabaseError as error:
            raise away(error) if lacks_a_table(error) else CommandError(self.refused.format(reason(error))) from None


def in_english(refusal: Refused) -> str:
    """The refusal in the language of commands, whatever the site's first one is; names stay as they were typed."""
    with override("en"):
        return say(refusal)


@contextmanager
def database_may_refuse() -> Iterator[None]:
    """One clear line for whatever the database says. Missing migrations are no reason to refuse: the site is closed in the
    middle of a deployment too. Raises CommandError."""
    try:
        yield
    except Refused as refusal:
        raise CommandError(in_english(refusal)) from None
    except (DatabaseError, InterfaceError) as error:
        raise CommandError(f"the database refused: {reason(error)}. Nothing was changed.") from None
