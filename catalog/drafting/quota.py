"""A host's drafts of a month: taken and given back in one statement each, so that parallel clicks never exceed them."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.utils import timezone

from catalog.drafting.models import DraftMonth
from catalog.drafting.plans import drafts_a_month
from tenants.models import Tenant
from tenants.refusal import Refused

TAKE = """
INSERT INTO catalog_draftmonth AS m (tenant_id, month, used, extra) VALUES (%s, %s, 1, 0)
ON CONFLICT (tenant_id, month) DO UPDATE SET used = m.used + 1 WHERE m.used < %s + m.extra
RETURNING used
"""
"""The comparison and the count are one: whoever waits for the row compares again with what the one before left."""


class Quota(NamedTuple):
    """What a month holds and what is left of it."""

    limit: int
    left: int


def month_of(at: datetime) -> date:
    """First day of the month, by the clock of the site's time zone."""
    return timezone.localtime(at, timezone.get_default_timezone()).date().replace(day=1)


def quota_of(tenant: Tenant, *, at: datetime) -> Quota:
    """What the page says before anybody asks. Needs the tenant's scope."""
    row = DraftMonth.objects.filter(tenant=tenant, month=month_of(at)).first()
    limit = drafts_a_month(tenant.plan) + (row.extra if row else 0)
    return Quota(limit, max(0, limit - (row.used if row else 0)))


def take(tenant: Tenant, *, at: datetime) -> date:
    """Count one draft and return its month. Raises Refused("draft_quota") when the month has none left."""
    month, limit = month_of(at), drafts_a_month(tenant.plan)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [tenant.pk, month.isoformat(), limit])
        taken = cursor.fetchone()
    if taken is None:
        raise Refused("draft_quota", month=f"{month:%Y/%-m}")
    return month


def give_back(tenant_id: int, month: date) -> None:
    """Take one draft back out of the count of its month."""
    DraftMonth.objects.filter(tenant_id=tenant_id, month=month, used__gt=0).update(used=F("used") - 1)
