"""How a view gets its meet: by the two slugs of its address, with the tenant's scope open."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from entries.meet.models import Meet
from entries.meet.recent import RECENT, read_meet
from tenants.decorators import UserRequest, View
from tenants.middleware import enter_scope


class MeetRequest(UserRequest):
    """A request about one meet. `meet.clock` is the database's time when the request came in."""

    meet: Meet


def in_meet(view: View) -> View:
    """Give the view `request.meet` and open its tenant's scope. 404 for unknown meets and for drafts."""

    return _behind(view, lambda request, tenant, meet: read_meet(tenant, meet))


def in_meet_to_enter(view: View) -> View:
    """As `in_meet`; but with a meet that may be a second old, without a clock (`entries.meet.recent`)."""
    return _behind(view, lambda request, tenant, meet: RECENT.get(tenant, meet))


def read_afresh(request: MeetRequest) -> None:
    """Give the request its meet as it stands now, with the clock. 404 when it is gone meanwhile."""
    row = read_meet(request.meet.tenant.slug, request.meet.slug)
    if row is None:
        raise Http404
    request.meet = row


def _behind(view: View, read: Callable[[HttpRequest, str, str], Meet | None]) -> View:
    @wraps(view)
    def with_meet(request: HttpRequest, tenant: str, meet: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = read(request, tenant, meet)
        if row is None:
            raise Http404
        request.meet = row  # type: ignore[attr-defined]
        enter_scope(request, row.tenant_id)
        return view(request, *args, **kwargs)

    return with_meet
