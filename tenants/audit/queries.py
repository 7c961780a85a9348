"""Reading the audit trail, within what the reader may see."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Model, Q, QuerySet

from tenants.audit.models import AuditRecord

if TYPE_CHECKING:
    from tenants.models import User


def visible_to(user: "User") -> QuerySet[AuditRecord]:
    """All changes for a platform admin, the own tenant's for its organizers, none for others."""
    if user.is_platform_admin:
        return AuditRecord.objects.all()
    if user.is_staff and user.tenant_id is not None:
        return AuditRecord.objects.filter(tenant_id=user.tenant_id)
    return AuditRecord.objects.none()


def about(records: QuerySet[AuditRecord], rows: Iterable[Model]) -> QuerySet[AuditRecord]:
    """Those about one of these rows, newest first, with who did it."""
    which = Q(pk__in=())
    for row in rows:
        which |= Q(target_type=row._meta.model_name, target_id=str(row.pk))
    return records.filter(which).select_related("actor").order_by("-at", "-pk")
