"""Putting mail into the outbox. Sending it is the worker's (`tenants.outbox.delivery`)."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from tenants.outbox.models import OutboxMail


def enqueue(
    kind: str,
    *,
    to: str,
    key: str,
    context: dict[str, Any],
    at: datetime,
    tenant_id: int | None = None,
    language: str = "",
) -> None:
    """Note a mail in the current transaction; the same key and address again changes nothing.

    `key` names the event, for example `entry.promoted:17`, so that no retry can mail twice about it.
    """
    row = OutboxMail(
        kind=kind, to=to, key=key, context=context, tenant_id=tenant_id, next_attempt_at=at,
        language=(language or get_language() or "ja")[:2],
    )  # fmt: skip
    OutboxMail.objects.bulk_create([row], ignore_conflicts=True)
