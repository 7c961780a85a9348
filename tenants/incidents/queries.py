"""Who is called, and what was broken."""

from django.db.models import Q, QuerySet

from tenants.incidents.models import Incident, IncidentContact
from tenants.models import User

SHOWN = 20


def contacts_for(user: User) -> QuerySet[IncidentContact]:
    """Those of the installation, and of the own host; a platform admin sees all."""
    rows = IncidentContact.objects.select_related("tenant").order_by("position", "pk")
    return rows if user.is_platform_admin else rows.filter(Q(tenant=None) | Q(tenant_id=user.tenant_id))


def calling_order() -> list[IncidentContact]:
    """The people who run the installation, in the order in which they are called."""
    return list(IncidentContact.objects.filter(tenant=None).order_by("position", "pk"))


def latest() -> QuerySet[Incident]:
    """Open ones first, then the newest."""
    return Incident.objects.select_related("by").order_by("closed_at", "-opened_at", "-pk")


def incidents_shown() -> list[Incident]:
    """For the page: what is open, and the last few that are not."""
    open_ones = list(Incident.objects.filter(closed_at=None).order_by("-opened_at", "-pk")[:SHOWN])
    return open_ones + list(Incident.objects.exclude(closed_at=None).order_by("-opened_at", "-pk")[:SHOWN])
