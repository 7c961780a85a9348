"""The papers of a meet on the desk: what there is, how far each is, and its file."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from entries.meet.desk import meet_at_desk
from entries.meet.models import Meet, Race
from entries.meet.wording import moment
from entries.report.master import uncoded
from entries.report.models import PrintedPaper
from entries.report.printing import TITLES, ask, is_running, note_download
from tenants.desk.base import user_of
from tenants.desk.composed import ComposedAdmin
from tenants.refusal import Refused
from tenants.wording import say


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A kind of paper and the file that was made last, when there is one."""

    kind: str
    title: str | Promise
    paper: PrintedPaper | None
    made: str

    @property
    def is_running(self) -> bool:
        return self.paper is not None and is_running(self.paper)

    @property
    def has_failed(self) -> bool:
        return self.paper is not None and not self.made and not self.is_running


def papers(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page, its buttons and its files."""
    return _papers(request, desk, object_id)


@require_http_methods(["GET", "HEAD", "POST"])
def _papers(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    meet = meet_at_desk(desk, request, object_id)
    if "file" in request.POST:
        return _file(request, meet, request.POST["file"])
    if request.method == "POST":
        try:
            ask(meet=meet, kind=request.POST.get("print", ""), by=user_of(request), at=timezone.now())
        except Refused as refusal:
            desk.message_user(request, say(refusal), messages.ERROR)
            return _page(request, desk, meet, status=422)
        return HttpResponseRedirect(reverse("admin:entries_meet_papers", args=[meet.pk]))
    return _page(request, desk, meet)


def _page(request: HttpRequest, desk: ComposedAdmin, meet: Meet, *, status: int = 200) -> HttpResponse:
    made = {
        paper.kind: paper
        for paper in PrintedPaper.objects.filter(meet=meet).select_related("job", "meet").defer("content")
    }
    lines = [_line(kind, title, made.get(kind)) for kind, title in TITLES.items()]
    values = {
        **desk.admin_site.each_context(request), "opts": desk.opts, "meet": meet, "title": _("印刷物とファイル"), "lines": lines,
        "is_moving": any(line.is_running for line in lines), "uncoded": uncoded(Race.objects.filter(meet=meet).in_programme_order()),
    }  # fmt: skip
    template = "admin/report/lines.html" if "only" in request.GET else "admin/report/papers.html"
    return TemplateResponse(request, template, values, status=status)


def _line(kind: str, title: str | Promise, paper: PrintedPaper | None) -> PaperLine:
    return PaperLine(kind, title, paper, moment(paper.meet, paper.made_at) if paper and paper.made_at else "")


def _file(request: HttpRequest, meet: Meet, kind: str) -> HttpResponse:
    """By POST: whoever takes names out of the site stands in the trail."""
    paper = PrintedPaper.objects.select_related("meet").filter(meet=meet, kind=kind, made_at__isnull=False).first()
    if paper is None or kind not in TITLES:
        raise Http404
    note_download(paper, by=user_of(request))
    content_type = "application/zip" if paper.name.endswith(".zip") else "application/pdf"
    answer = HttpResponse(bytes(paper.content or b""), content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.name}"'
    return answer
