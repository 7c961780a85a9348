from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation

from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.mail_address import normal_email, validate_address
from tenants.outbox import trial

LONGEST_WAIT = 3600


class Command(OpsCommand):
    """Seed 002 「送信テスト」."""

    help = "Send one mail to TO through the configured server, and say by which way, under which Message-ID and how long it took."
    refused = "the database does not answer: {}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", metavar="TO", help="address that gets the mail")
        parser.add_argument("--via-outbox", action="store_true", help="queue it and wait until the worker sent it")
        parser.add_argument("--timeout", type=float, default=60, help="seconds to wait for the worker (60)")

    def handle(self, *args: Any, to: str, via_outbox: bool, timeout: float, **options: Any) -> None:
        """Exit 0 when the server took it."""
        try:
            validate_address(to := normal_email(to))
        except ValidationError:
            raise CommandError(f"not a mail address: {to!r}") from None
        if not 0 <= timeout <= LONGEST_WAIT:
            raise CommandError(f"--timeout: write a number of seconds from 0 to {LONGEST_WAIT}")
        self.stdout.write(f"By {trial.route()}, from {settings.DEFAULT_FROM_EMAIL}")
        try:
            with translation.override(settings.LANGUAGE_CODE):
                sent = self._send(to, timeout if via_outbox else None)
        except trial.Failed as failed:
            raise CommandError(f"not sent: {failed}") from None
        self.stdout.write(f"Message-ID: {sent.message_id}")
        if sent.provider_id:
            self.stdout.write(f"Provider's id: {sent.provider_id}")
        self.stdout.write(
            f"{'Sent by the worker' if via_outbox else 'Taken by the server'} after {sent.seconds:.1f} s."
        )

    def _send(self, to: str, timeout: float | None) -> trial.Trial:
        if timeout is None:
            return trial.send_directly(to, at=timezone.now())
        check_ready()
        self.stdout.write(f"Database: {database_name()}")
        return trial.send_by_worker(to, at=timezone.now(), timeout=timeout)
