"""The desk's pages of this room: a meet's archive, and how long data is kept."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.archive import actions
from entries.archive.forms import DaysForm
from entries.archive.models import MeetArchive
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, ReadOnly, is_id, user_of
from tenants.models import RetentionRule
from tenants.privacy.classes import classes, days_kept, days_of
from tenants.privacy.retention import change_days
from tenants.refusal import Refused
from tenants.wording import say


@admin.register(MeetArchive)
class MeetArchiveAdmin(ReadOnly, DeskAdmin):
    """Archives until they are gone. Nobody types one: it is asked for on the meet's page."""

    list_display = ("meet", "created_at", "by", "state", "with_personal")
    list_select_related = ("meet", "by", "job")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MeetArchive]:
        """Those whose day is not over."""
        fresh = timezone.now() - timedelta(days=days_of("archives"))
        rows = super().get_queryset(request).select_related("meet__tenant", "by", "job")
        return rows.filter(created_at__gte=fresh).order_by(*self.ordering)

    @admin.display(description=gettext_lazy("状態"))
    def state(self, archive: MeetArchive) -> SafeString:
        if archive.made_at:
            return chip("ok", _("できました"))
        failed = archive.job is None or archive.job.failed_at is not None
        return chip("bad", _("失敗")) if failed else chip("wait", _("作成中"))

    def get_urls(self) -> list[Any]:
        """With the file, and how far it is."""
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/progress", view(self.progress_view), name="entries_meetarchive_progress"),
            path("<path:object_id>/download", view(self.download_view), name="entries_meetarchive_download"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Where it stands; once it is ready, its button."""
        archive = self._archive(request, object_id)
        is_moving = archive.made_at is None and archive.job is not None and archive.job.failed_at is None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("記録保存用の書き出し"),
            "archive": archive,
            "is_moving": is_moving,
            "gone_at": archive.created_at + timedelta(days=days_of("archives")),
        }
        return TemplateResponse(request, "admin/archive/archive.html", context)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For the page that asks every second; once it is over that page is told to load again."""
        archive = self._archive(request, object_id)
        if archive.made_at or archive.job is None or archive.job.is_over:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "admin/archive/progress.html", {"archive": archive})

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The file, by POST only: a GET leaves no line in the trail."""
        archive = self._archive(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            pieces = actions.fetch(archive, by=user_of(request), at=timezone.now())
        except Refused as refusal:
            self.message_user(request, say(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:entries_meetarchive_change", args=[archive.pk]))
        name = f"{archive.meet.tenant.slug}-{archive.meet.slug}-{archive.created_at:%Y%m%d}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(archive.size)}
        return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)

    def _archive(self, request: HttpRequest, object_id: str) -> MeetArchive:
        rows = self.get_queryset(request)
        found = rows.filter(pk=int(object_id)).first() if is_id(object_id) else None
        if found is None:
            raise Http404
        return found


@admin.register(RetentionRule)
class RetentionAdmin(ReadOnly, DeskAdmin):
    """All classes of data on one page, for platform admins."""

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """How long data is kept holds for every host."""
        return user_of(request).is_platform_admin

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The days of each class; POST saves those that differ."""
        if not self.owns(request, None):
            raise PermissionDenied
        form = DaysForm(request.POST if request.method == "POST" else None, days=days_kept())
        if form.is_valid():
            changed = [change_days(kind, days, by=user_of(request)) for kind, days in form.cleaned_data.items()]
            said = ngettext(
                "%(count)d件の保存期間を変えました。", "%(count)d件の保存期間を変えました。", sum(changed)
            ) % {"count": sum(changed)}
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(request.path, status=HTTPStatus.SEE_OTHER)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("保存期間"),
            "form": form,
            "rows": [(one, form[one.kind]) for one in classes()],
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return TemplateResponse(request, "admin/archive/retention.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """There is one page for all."""
        if not self.owns(request, None):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:tenants_retentionrule_changelist"))
