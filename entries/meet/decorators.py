"""How a view gets its meet: by the two slugs of its address, with the tenant's scope open."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from entries.meet.models import Meet
from tenants.decorators import UserRequest, View
from tenants.middleware import enter_scope
from tenants.scope import across_tenants


class MeetRequest(UserRequest):
    """A request about one meet. `meet.clock` is the database's time when the request came in."""

    meet: Meet


def in_meet(view: View) -> View:
    """Give the view `request.meet` and open its tenant's scope. 404 for unknown meets and for drafts."""

    @wraps(view)
    def with_meet(request: HttpRequest, tenant: str, meet: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with across_tenants():
            found = Meet.objects.published().with_clock().select_related("tenant")
            row = found.filter(tenant__slug=tenant, tenant__is_active=True, slug=meet).first()
        if row is None:
            raise Http404
        request.meet = row  # type: ignore[attr-defined]
        enter_scope(request, row.tenant_id)
        return view(request, *args, **kwargs)

    return with_meet
