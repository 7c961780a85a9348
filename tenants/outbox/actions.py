"""Putting mail into the outbox. Sending it is the worker's (`tenants.outbox.delivery`)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from tenants.outbox.models import OutboxMail
from tenants.statements import insert_from


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
    enqueue_many(kind, to=[(to, language)], key=key, context=context, at=at, tenant_id=tenant_id)


def enqueue_many(
    kind: str,
    *,
    to: Iterable[tuple[str, str]],
    key: str,
    context: dict[str, Any],
    at: datetime,
    tenant_id: int | None = None,
) -> None:
    """`enqueue` the same mail for each (address, language), in one statement."""
    rows = [
        OutboxMail(
            kind=kind,
            to=address,
            key=key,
            context=context,
            tenant_id=tenant_id,
            next_attempt_at=at,
            language=language_of_mail(language),
        )
        for address, language in to
    ]
    OutboxMail.objects.bulk_create(rows, ignore_conflicts=True)


def enqueue_sql(
    kind: str, *, to: str, key: str, context: str, at: str, tenant_id: str, language: str, rows: str
) -> str:
    """`enqueue` as a part of a larger PostgreSQL statement: one mail for each row of the FROM clause `rows`.

    All but `kind` are SQL expressions. `key` must be new: here the same key again fails.
    """
    values = {
        "key": key, "kind": f"'{kind}'", "to": to, "language": language, "context": context, "tenant_id": tenant_id,
        "created_at": at, "next_attempt_at": at, "attempts": "0", "last_error": "''",
    }  # fmt: skip
    return insert_from(OutboxMail, values, rows)


def language_of_mail(language: str = "") -> str:
    """The language a mail is written in: the one asked for, else that of the request, else Japanese."""
    return (language or get_language() or "ja")[:2]
