"""What views of the staff's desk stand behind: who asks, and whose catalogue."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import rules
from tenants.decorators import UserRequest, View, signed_in
from tenants.middleware import enter_scope
from tenants.models import Tenant


class CatalogueRequest(UserRequest):
    """A request about one host's catalogue; `tenant` is None only behind `in_catalogue`, while a platform admin has
    chosen none. `chosen` is the slug to keep on links and forms: a platform admin's choice, else empty."""

    tenant: Tenant
    chosen: str


def _enter(request: HttpRequest) -> None:
    """The scope of the user's catalogue. Raises PermissionDenied and Http404."""
    chosen = request.POST.get("tenant") or request.GET.get("tenant", "")
    try:
        tenant = rules.catalogue_of(request.user, chosen=chosen)  # type: ignore[arg-type]
    except Tenant.DoesNotExist:
        raise Http404 from None
    request.tenant = tenant  # type: ignore[attr-defined]
    request.chosen = tenant.slug if tenant and request.user.is_platform_admin else ""  # type: ignore[union-attr, attr-defined]
    if tenant is not None:
        enter_scope(request, tenant.pk)


def in_catalogue(view: Callable[..., HttpResponse]) -> View:
    """Staff, organizers and platform admins, in the scope of their host's catalogue; 403 for everyone else."""

    @require_safe
    @signed_in
    @wraps(view)
    def with_tenant(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _enter(request)
        return view(request, *args, **kwargs)

    return with_tenant


def at_desk(view: Callable[..., HttpResponse]) -> View:
    """As `in_catalogue`; a platform admin who has chosen no host chooses one first."""

    @in_catalogue
    @wraps(view)
    def with_chosen(request: CatalogueRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.tenant is None:
            return render(request, "staff/choose_tenant.html", {"tenants": Tenant.objects.order_by("name", "pk")})
        return view(request, *args, **kwargs)

    return with_chosen


def edits_catalogue(view: Callable[..., HttpResponse]) -> View:
    """For forms of the desk: the same people; 404 when a platform admin names no host."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @signed_in
    @wraps(view)
    def with_tenant(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _enter(request)
        if request.tenant is None:  # type: ignore[attr-defined]
            raise Http404
        return view(request, *args, **kwargs)

    return with_tenant


def changes_catalogue(view: Callable[..., HttpResponse]) -> View:
    """For buttons of the desk: as `edits_catalogue`, by POST alone."""
    return require_POST(edits_catalogue(view))
