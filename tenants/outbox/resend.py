"""Sending a mail again that did not arrive, because somebody at the desk asks for it."""

from datetime import datetime

from django.db import transaction

from tenants.audit.actions import record
from tenants.mail_address import normal_email
from tenants.models import User
from tenants.outbox.models import DeadAddress, OutboxMail
from tenants.outbox.suppression import proved_alive


@transaction.atomic
def send_again(mail: OutboxMail, *, by: User, at: datetime) -> bool:
    """Put a mail that waits, was given up or bounced in front again. False when it was sent and nobody says it is lost.

    Its address counts as alive again, until somebody says otherwise: whoever asks has mended it, or knows it works.
    """
    row = OutboxMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if row.sent_at is not None and row.bounced_at is None:
        return False
    before = {"sent_at": row.sent_at, "bounced_at": row.bounced_at, "failed_at": row.failed_at}
    row.sent_at = row.bounced_at = row.failed_at = None
    row.next_attempt_at, row.attempts, row.provider_id = at, 0, ""
    row.save(update_fields=["sent_at", "bounced_at", "failed_at", "next_attempt_at", "attempts", "provider_id"])
    was_dead = DeadAddress.objects.filter(address=normal_email(row.to)).delete()[0]
    record("mail.retried", row, by=by, before=before, after={"address_cleared": bool(was_dead)})
    return True


@transaction.atomic
def clear_address(dead: DeadAddress, *, by: User, at: datetime) -> bool:
    """Count an address as alive again and send what was held back for it. False when somebody else did meanwhile."""
    if not proved_alive(dead.address, at=at):
        return False
    record("address.cleared", dead, by=by, before={"reason": dead.reason, "since_at": dead.since_at})
    return True
