import getpass
import warnings
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils.translation import override

from tenants.actions import make_platform_admin
from tenants.commands.command import OneLineCommand
from tenants.commands.ready import check_ready, database_name, reason
from tenants.mail_address import normal_email, validate_address


class Command(OneLineCommand):
    """The first person of an installation, or a new password for one who is locked out."""

    help = "Creates a platform admin, or gives an existing one a new password and activates the account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="Platform admin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for what the environment does not give, check, write, say."""
        email = normal_email(options["email"])
        self.stdout.write(f"Database: {database_name()}")
        check_ready()
        try:
            with override("en"):  # the words of a refused address or password
                validate_address(email)
                password = settings.PLATFORM_ADMIN_PASSWORD or self._ask()
                validate_password(password)
                person, is_new = make_platform_admin(email=email, name=options["name"], password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except ValueError as error:
            text = f"{email} is an account with another role ({error}). Use another address."
            raise CommandError(text) from None
        except DatabaseError as error:
            raise CommandError(f"the database refused: {reason(error)}. Nothing was written.") from None
        self.stdout.write(f"{'Created' if is_new else 'Updated'}: {person.email}")

    def _ask(self) -> str:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown while it is typed
                first = getpass.getpass("Password: ")
                second = getpass.getpass("Password again: ")
        except (EOFError, KeyboardInterrupt, getpass.GetPassWarning):
            raise CommandError("No password. Set PLATFORM_ADMIN_PASSWORD or run it in a terminal.") from None
        if first != second:
            raise CommandError("The two passwords differ.")
        return first
