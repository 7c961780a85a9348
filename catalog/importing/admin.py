"""The desk's pages of imports: upload, preview, confirmation, history."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing import actions, queries
from catalog.importing import context as run_context
from catalog.importing.columns import TITLES
from catalog.importing.export_views import download
from catalog.importing.forms import UploadForm
from catalog.importing.inline_jobs import do_now_if_small
from catalog.importing.models import ImportFile, ImportRun, RunState, Source
from catalog.importing.run_page import values_of
from tenants.desk.base import DeskAdmin, ReadOnly, is_id, user_of
from tenants.files.grid_page import posted_columns, posted_mends
from tenants.files.tables import MAX_COLUMNS, MAX_ROWS
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.switches.wording import stopped_notice
from tenants.wording import say

TEMPLATES = "admin/catalog/importrun"


class StateFilter(admin.SimpleListFilter):
    """By what the list says: a run whose job came to grief has failed (`context.stage_of`)."""

    title = gettext_lazy("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return RunState.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """A run whose job is gone or failed counts as failed, whatever its own state says."""
        moving = Q(state__in=(RunState.READING, RunState.WRITING))
        failed = Q(state=RunState.FAILED) | moving & (Q(job__isnull=True) | Q(job__failed_at__isnull=False))
        if self.value() == RunState.FAILED:
            return queryset.filter(failed)
        return queryset.filter(state=self.value()).exclude(failed) if self.value() in RunState.values else queryset


@admin.register(ImportRun)
class ImportAdmin(ReadOnly, DeskAdmin):
    """Runs of imports. Nobody types one: a CSV is uploaded, looked at, confirmed or dropped, and stays in the history."""

    list_display: Any = ("file_name", "state_shown", "when", "counted", "by_name", "source")
    list_filter = (StateFilter, "source")
    search_fields = ("file_name",)
    search_help_text = gettext_lazy("ファイル名")
    ordering = ("-created_at", "-pk")

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the host where there are several."""
        return (*self.list_display, "host") if user_of(request).tenant_id is None else self.list_display

    @admin.display(description=gettext_lazy("主催団体"), ordering="tenant__name")
    def host(self, run: ImportRun) -> str:
        return str(run.tenant)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """With what every page of a run names."""
        return super().get_queryset(request).select_related("by", "tenant", "job").order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the runs may upload a file."""
        return self.owns(request, None)

    def headline(self, obj: ImportRun) -> str:
        return obj.file_name

    @admin.display(description=gettext_lazy("日時"), ordering="created_at")
    def when(self, run: ImportRun) -> str:
        return date_format(timezone.localtime(run.created_at), _("Y/n/j (D) H:i"))

    @admin.display(description=gettext_lazy("操作した人"), ordering="by__name")
    def by_name(self, run: ImportRun) -> str:
        """None for a command of the system's."""
        return run.by.name if run.by else _("自動処理")

    @admin.display(description=gettext_lazy("件数"))
    def counted(self, run: ImportRun) -> SafeString:
        """What it came to, without the zeros."""
        counts = ((bar.word, f"{bar.number:,}") for bar in run_context.bars(run) if bar.number)
        listed = format_html_join(" ", '<span class="nobreak">{} <strong>{}</strong></span>', counts)
        return format_html('<span class="import-counted">{}</span>', listed or "–")

    @admin.display(description=gettext_lazy("状態"), ordering="state")
    def state_shown(self, run: ImportRun) -> SafeString:
        return run_context.state_chip(run)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": _("取り込みの履歴"), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """With the files of a run, and how far it is."""
        view = self.admin_site.admin_view
        return [
            path("template.csv", view(self.template_view), name="catalog_importrun_template"),
            path("<path:object_id>/progress", view(self.progress_view), name="catalog_importrun_progress"),
            path("<path:object_id>/rejected.csv", view(self.rejected_view), name="catalog_importrun_rejected"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take a file and lead to its preview. No product changes yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent, user=user_of(request))
        if form.is_valid() and (run := self._started(request, form)) is not None:
            return self._to(run)
        stopped = "" if form.is_bound else stopped_notice(Function.UPLOADS)
        context = {
            "title": _("商品ファイルを取り込む"),
            "form": form,
            "columns": run_context.columns(),
            "stopped": stopped,
        }
        if form.refused_run is not None:
            context |= run_context.choices(queries.grid_to_name(form.refused_run), self._address(form.refused_run))
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return self._page(request, "upload", context, status=status)

    def _started(self, request: HttpRequest, form: UploadForm) -> ImportRun | None:
        """The run of a valid form; None when what was sent was refused, with the reason beside the field."""
        content, source, by = form.content, form.source, user_of(request)
        field = "pasted" if source == Source.PASTE else "file"
        try:
            check_not_stopped(Function.UPLOADS)
            run = actions.start_csv(form.tenant, content, file_name=form.file_name, by=by, source=source)
        except Refused as refusal:
            form.add_error(field, say(refusal))
            return None
        do_now_if_small(run, rows=content.count(b"\n"), at=timezone.now())
        if run.refused:
            form.add_error(field, run_context.refusal_of(run))
            form.refused_run = run
            return None
        return run

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """GET: where the run stands. POST: write it, or drop it."""
        run = self._run(request, object_id)
        if request.method == "POST":
            return self._to(self._decide(request, run))
        return self._page(request, "run", values_of(run, request.GET.dict(), here=self._address(run)))

    def _decide(self, request: HttpRequest, run: ImportRun) -> ImportRun:
        """The run to look at then: the same one, or that of its refused rows."""
        by = user_of(request)
        try:
            if "confirm" in request.POST:
                confirmed = actions.confirm(run, by=by)
                do_now_if_small(confirmed, rows=confirmed.counts["read"], at=timezone.now())
            elif "discard" in request.POST:
                actions.discard(run, by=by)
            elif "mend" in request.POST:
                run = actions.mend(run, posted_mends(request.POST.dict(), TITLES), by=by)
                do_now_if_small(run, rows=MAX_ROWS, at=timezone.now())
            elif "rework" in request.POST:
                run = actions.rework(run, by=by)
                do_now_if_small(run, rows=MAX_ROWS, at=timezone.now())
            elif {"columns", "sheet"} & request.POST.keys():
                run = actions.read_again(run, by=by, **self._chosen(request, run))
                do_now_if_small(run, rows=MAX_ROWS, at=timezone.now())
        except Refused as refusal:
            self.message_user(request, say(refusal), messages.WARNING)
        return run

    def _chosen(self, request: HttpRequest, run: ImportRun) -> dict[str, Any]:
        sheet = request.POST.get("sheet", "")
        if sheet:
            return {"sheet": int(sheet)} if sheet.isascii() and sheet.isdecimal() and len(sheet) < 4 else {}
        return {"columns": posted_columns(request.POST.dict(), TITLES, width=MAX_COLUMNS)}

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far it is, for the page that asks every second; once it is over that page is told to load again."""
        run = self._run(request, object_id)
        if run_context.stage_of(run) != run_context.Stage.MOVING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(
            request, f"{TEMPLATES}/progress.html", {"run": run, "said": run_context.said_percent(run)}
        )

    def rejected_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The refused rows as they were, with the reasons: to be corrected and uploaded again."""
        run = self._run(request, object_id)
        file = ImportFile.objects.filter(run=run).only("rejected").first()
        if file is None or not file.rejected:
            raise Http404
        return download(bytes(file.rejected), f"rejected-{run.pk}.csv")

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """A file with the right columns and one row as an example."""
        return download(run_context.example_csv(), "products.csv")

    def _run(self, request: HttpRequest, object_id: str) -> ImportRun:
        run = self.get_queryset(request).filter(pk=int(object_id)).first() if is_id(object_id) else None
        if run is None:
            raise Http404
        return run

    def _to(self, run: ImportRun) -> HttpResponse:
        return HttpResponseRedirect(self._address(run), status=HTTPStatus.SEE_OTHER)

    def _address(self, run: ImportRun) -> str:
        return reverse("admin:catalog_importrun_change", args=[run.pk])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", values, status=status)
