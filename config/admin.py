"""Django admin as the organizer's desk."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    """The admin. Its door is `tenants.middleware.ScopeMiddleware`; signing in is `/auth/login`, with its limits."""

    site_header = "NIT-SYS"
    site_title = "NIT-SYS"
    index_title = _("運営デスク")
    index_template = "admin/desk.html"

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Already signed in when the door let the request through: go to the desk."""
        return HttpResponseRedirect("/admin/")
