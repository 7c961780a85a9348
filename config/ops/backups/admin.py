"""The platform admin's page about backups and drills, in the desk: `/admin/backups/`."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.ops.backups import drill
from config.ops.backups.context import job_under_way, page_of
from tenants.desk.base import user_of
from tenants.models import User


def urls_of(site: AdminSite) -> list[URLPattern]:
    """To be put before the site's own."""

    def backups(request: HttpRequest) -> HttpResponse:
        """GET: how things stand. POST: a drill now."""
        user = _platform_admin(request)
        if request.method == "POST":
            if drill.ask(by=user) is None:
                messages.info(request, _("復元演習はすでに進行中です。"))
            return HttpResponseRedirect(reverse("admin:backups"), status=HTTPStatus.SEE_OTHER)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        context: dict[str, Any] = {
            **site.each_context(request),
            "title": _("バックアップと復元演習"),
            **page_of(timezone.now()),
        }
        return TemplateResponse(request, "admin/backups/page.html", context)

    def progress(request: HttpRequest) -> HttpResponse:
        """How far the drill is; once it is over the page is told to load again."""
        _platform_admin(request)
        job = job_under_way()
        if job is None:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "admin/backups/progress.html", {"job": job})

    return [
        path("backups/", site.admin_view(backups), name="backups"),
        path("backups/progress", site.admin_view(progress), name="backups_progress"),
    ]


def _platform_admin(request: HttpRequest) -> User:
    """Backups hold every host's data: nobody else may even see when they were made."""
    user = user_of(request)
    if not user.is_platform_admin:
        raise PermissionDenied
    return user
