"""The tenant scope of a request, and the door to Django admin."""

from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tenants import scope


class ScopeMiddleware:
    """Every request starts outside any scope. The admin gets its user's; other views enter theirs on `request.scopes`.

    The scope stays open until the response is rendered, which a decorator around the view could not do. The admin's
    door is held here, by address, so that no admin view, present or future, can forget it (contract 3: 403 for staff).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open and close the stack of scopes around the view."""
        with ExitStack() as stack:
            request.scopes = stack  # type: ignore[attr-defined]
            if request.path == "/admin" or request.path.startswith("/admin/"):
                refused = self._admin_door(request)
                if refused is not None:
                    return refused
            return self.get_response(request)

    def _admin_door(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('auth:login')}?{urlencode({'next': request.get_full_path()})}")
        if not user.is_staff:
            raise PermissionDenied
        if user.must_change_password:
            return HttpResponseRedirect(reverse("auth:password_change"))
        enter_scope(request, None if user.is_platform_admin else user.tenant_id)
        return None


def enter_scope(request: HttpRequest, tenant_id: int | None) -> None:
    """For the rest of this request: this tenant's rows, or with None those of all tenants."""
    request.scopes.enter_context(scope.enter(tenant_id))  # type: ignore[attr-defined]
