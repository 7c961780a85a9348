"""What a page says about a mail that its reader waits for."""

from datetime import datetime, timedelta

from django.db.models import Exists

from tenants.outbox.models import DeadAddress, OutboxMail
from tenants.outbox.suppression import is_dead

SOON = timedelta(minutes=2)
"""After so long a mail that still waits is late: the worker takes seconds."""


def mail_state(key: str, *, to: str, at: datetime) -> str:
    """Of the mail about this event to this address: "dead" (it will not arrive there), "late" (it waits for a server that
    is down), else empty. One query, or two when there is no such mail."""
    gone = Exists(DeadAddress.objects.filter(address=to.strip().lower()))
    mails = OutboxMail.objects.filter(key=key, to=to).annotate(is_dead=gone)
    row = mails.values_list("is_dead", "sent_at", "failed_at", "created_at").first()
    if row is None:
        return "dead" if is_dead(to) else ""
    dead, sent_at, failed_at, created_at = row
    if dead:
        return "dead"
    return "late" if sent_at is None and failed_at is None and at - created_at > SOON else ""
