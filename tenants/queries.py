"""What the desk asks about mail and people."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from tenants.models import OutboxMail, Tenant, User

LATE = timedelta(minutes=10)


class MailTrouble(NamedTuple):
    """Mails that were given up, and mails that should have left by now."""

    failed: int
    late: int


def mail_trouble(user: User, *, at: datetime) -> MailTrouble:
    """Of the user's tenant; of all tenants for a platform admin."""
    mails = OutboxMail.objects.filter(sent_at__isnull=True)
    if not user.is_platform_admin:
        mails = mails.filter(tenant=user.tenant)
    waits = Q(failed_at__isnull=True, next_attempt_at__lt=at - LATE)
    return MailTrouble(
        **mails.aggregate(failed=Count("pk", filter=Q(failed_at__isnull=False)), late=Count("pk", filter=waits))
    )


def hosts_with_seats(user: User) -> list[tuple[Tenant, int]]:
    """The user's host, or all active ones, each with how many of its staff are active."""
    hosts = Tenant.objects.filter(is_active=True)
    if not user.is_platform_admin:
        hosts = hosts.filter(pk=user.tenant_id or 0)
    counted = hosts.annotate(seats=Count("people", filter=Q(people__staff_seat__isnull=False)))
    return [(host, host.seats) for host in counted.order_by("name", "pk")]
