"""Reading the audit trail, within what the reader may see."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

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
