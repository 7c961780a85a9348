"""What requests tell the security log: who signed out, who was refused what (requirement O5)."""

from typing import Any

from django.http import HttpRequest

from config.telemetry.route import method_of, route_of
from tenants.audit.security import note
from tenants.models import User

FORBIDDEN, NOT_FOUND = 403, 404


def signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if isinstance(user, User):
        note("signed_out", user=user.pk, tenant=user.tenant_id)


def refused(request: HttpRequest, status: int) -> None:
    """Note a 403, and a 404 at an address with somebody's number in it when it was asked for by a person we know.

    Nobody's account is looked up for this: who was not known to the request stays unknown.
    """
    match, user = request.resolver_match, getattr(request, "_cached_user", None)
    known = user if isinstance(user, User) else None
    if status == FORBIDDEN or (status == NOT_FOUND and known is not None and match is not None and match.kwargs):
        event = "denied" if status == FORBIDDEN else "not_found"
        who = {"user": known.pk, "tenant": known.tenant_id} if known else {}
        note(event, method=method_of(request), route=route_of(request), **who)
