"""Who may look into a host's catalogue."""

from django.core.exceptions import PermissionDenied

from tenants.models import HOST_ROLES, Tenant, User


def check_may_read_catalogue(user: User) -> None:
    """Staff and organizers of a host that is active, and platform admins. Raises PermissionDenied."""
    if user.is_platform_admin:
        return
    if not user.is_active or user.role not in HOST_ROLES or user.tenant is None or not user.tenant.is_active:
        raise PermissionDenied


def catalogue_of(user: User, *, chosen: str = "") -> Tenant | None:
    """The host whose catalogue this user reads: their own whatever they choose; for a platform admin the chosen slug.

    None when a platform admin has chosen none. Raises PermissionDenied, and Tenant.DoesNotExist for an unknown slug.
    """
    check_may_read_catalogue(user)
    if not user.is_platform_admin:
        return user.tenant
    return Tenant.objects.get(slug=chosen) if chosen else None
