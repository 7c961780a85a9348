"""What a page says about a mail that its reader waits for."""

from datetime import datetime, timedelta

from django.db.models import Exists

from tenants.mail_address import normal_email
from tenants.outbox.models import DeadAddress, OutboxMail
from tenants.outbox.suppression import is_dead
from tenants.prepared import Prepared

SOON = timedelta(minutes=2)
"""After so long a mail that still waits is late: the worker takes seconds."""

_mail = Prepared(
    lambda key, to, address: (
        OutboxMail.objects.filter(key=key, to=to)
        .annotate(is_dead=Exists(DeadAddress.objects.filter(address=address)))
        .only("sent_at", "failed_at", "created_at")
        .order_by("pk")[:1]
    ),
    key=str,
    to=str,
    address=str,
)


def mail_state(key: str, *, to: str, at: datetime) -> str:
    """Of the mail about this event to this address: "dead" (it will not arrive there), "late" (it waits for a server that
    is down), else empty. One query, or two when there is no such mail."""
    mail = next(iter(_mail(key=key, to=to, address=normal_email(to))), None)
    if mail is None:
        return "dead" if is_dead(to) else ""
    if vars(mail)["is_dead"]:
        return "dead"
    return "late" if mail.sent_at is None and mail.failed_at is None and at - mail.created_at > SOON else ""
