"""Writing the audit trail: one record a change, within the transaction that makes it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import override

from tenants.audit.models import AuditRecord
from tenants.audit.security import is_everyday, note_change
from tenants.request_id import request_id
from tenants.statements import insert_from

if TYPE_CHECKING:
    from tenants.models import User

Values = dict[str, Any]


def record(
    verb: str,
    target: models.Model,
    *,
    by: "User | None",
    before: Values | None = None,
    after: Values | None = None,
    why: str = "",
) -> AuditRecord:
    """Note one change. Call it inside the transaction that makes the change (requirement O2).

    `verb` is stable, "room.what_happened"; `before` and `after` hold the fields that changed. The tenant is the
    target's own, when it has one.
    """
    row = _unsaved(verb, target, by=by, before=before, after=after, why=why)
    row.save(force_insert=True)
    note_change(row)
    return row


def record_many(
    verb: str, changes: Iterable[tuple[models.Model, Values, Values]], *, by: "User | None", why: str = ""
) -> None:
    """Note one change for each (target, before, after) in one statement: imports change thousands of rows."""
    rows = [_unsaved(verb, target, by=by, before=before, after=after, why=why) for target, before, after in changes]
    AuditRecord.objects.bulk_create(rows)


def record_sql(
    verb: str, target: type[models.Model], *, target_id: str, target_name: str, tenant_id: str, by: str, at: str,
    after: str, request_id: str, rows: str,
) -> str:  # fmt: skip
    """`record` of something new as a part of a larger PostgreSQL statement, for each row of the FROM clause `rows`.

    All but `verb` and `target` are SQL expressions; `after` is jsonb made of `plain` values. Raises ValueError for a
    verb that the security log must tell of: a statement writes no log.
    """
    if not is_everyday(verb):
        raise ValueError(f"{verb} belongs into the security log")
    values = {
        "at": at, "tenant_id": tenant_id, "actor_id": by, "verb": f"'{verb}'",
        "target_type": f"'{target._meta.model_name}'", "target_id": target_id, "target_name": target_name,
        "before": "jsonb_build_object()", "after": after, "why": "''", "request_id": request_id,
    }  # fmt: skip
    return insert_from(AuditRecord, values, rows)


def _unsaved(
    verb: str, target: models.Model, *, by: "User | None", before: Values | None, after: Values | None, why: str
) -> AuditRecord:
    from tenants.models import Tenant

    tenant_id = target.pk if isinstance(target, Tenant) else getattr(target, "tenant_id", None)
    return AuditRecord(
        verb=verb,
        tenant_id=tenant_id,
        actor=by,
        target_type=target._meta.model_name or "",
        target_id=str(target.pk),
        target_name=_name_of(target),
        before=plain(before or {}),
        after=plain(after or {}),
        why=why[:300],
        request_id=request_id.get(),
    )


def _name_of(target: models.Model) -> str:
    """In the site's first language, whoever reads the page from which it was changed."""
    with override(settings.LANGUAGE_CODE):
        return str(target)[:200]


def plain(values: Values) -> Values:
    """The values as JSON can hold them: times in ISO form, rows as their number."""
    encoder = DjangoJSONEncoder()
    found: Values = {}
    for name, value in values.items():
        if isinstance(value, models.Model):
            value = value.pk
        found[name] = (
            value if isinstance(value, str | int | float | bool | list | dict | None) else encoder.default(value)
        )
    return found
