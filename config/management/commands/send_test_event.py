from typing import Any

from django.core.management.base import CommandError

from config.telemetry import sentry
from config.telemetry.sentry.events import TEST_MESSAGE
from tenants.commands.command import OpsCommand


class Command(OpsCommand):
    """Seed 002 「エラー監視（Sentry）」動作確認."""

    help = "Send a test message to Sentry and say whether it arrived there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 only when Sentry took the event."""
        if not sentry.is_on():
            raise CommandError("SENTRY_DSN is not set: nothing was sent. docs/monitoring.md says where to find it.")
        event = sentry.tell(TEST_MESSAGE, level="info")
        lost = sentry.deliver()
        if lost:
            raise CommandError(
                f"Sentry did not take the event ({lost}). Check SENTRY_DSN and the way out of this host."
            )
        self.stdout.write(f"event {event}: delivered, '{TEST_MESSAGE}'")
