"""Addresses that mail does not reach: noted when a server or provider says so, forgotten when the owner proves otherwise."""

from datetime import datetime

from django.db import transaction

from tenants.mail_address import normal_email
from tenants.outbox.models import DeadAddress, OutboxMail

WHY = "dead address"
"""`OutboxMail.last_error` of what was not handed to a server, because its address is known to be dead."""
TRIED_ANYWAY = frozenset({
    "auth.sign_in", "auth.reset", "auth.register", "auth.confirm_address", "ops.test", "ops.alarm", "incident.opened",
})  # fmt: skip
"""Sent to a dead address too: links that their reader asks for, since only they can show that it lives, and alarms."""


def is_dead(address: str) -> bool:
    """Whether mail to this address is known not to arrive."""
    return DeadAddress.objects.filter(address=normal_email(address)).exists()


def holds_back(mail: OutboxMail) -> bool:
    """Whether this mail is not sent because nobody would get it."""
    return mail.kind not in TRIED_ANYWAY and is_dead(mail.to)


def note_dead(address: str, *, reason: str, at: datetime) -> None:
    """Note that mail to this address never arrives. Known ones keep their first reason."""
    row = DeadAddress(address=normal_email(address), reason=reason[:300], since_at=at)
    DeadAddress.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def proved_alive(address: str, *, at: datetime) -> bool:
    """The owner got a mail at this address: what was held back for it is sent after all. Whether it was dead."""
    deleted, _rows = DeadAddress.objects.filter(address=normal_email(address)).delete()
    if deleted:
        held = OutboxMail.objects.filter(to__iexact=normal_email(address), sent_at__isnull=True, last_error=WHY)
        held.update(failed_at=None, next_attempt_at=at, last_error="", attempts=0)
    return bool(deleted)
