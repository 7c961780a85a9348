"""The status page in the desk: `/admin/status/`, for the platform admin, read-only."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.ops.status.context import page_of
from tenants.desk.base import user_of


def urls_of(site: AdminSite) -> list[URLPattern]:
    """To be put before the site's own."""

    @require_safe
    def status(request: HttpRequest) -> HttpResponse:
        """It is about the installation, not about a host."""
        if not user_of(request).is_platform_admin:
            raise PermissionDenied
        context = {**site.each_context(request), "title": _("動作状況"), **page_of(timezone.now())}
        return TemplateResponse(request, "admin/status/page.html", context)

    return [path("status/", site.admin_view(status), name="status")]
