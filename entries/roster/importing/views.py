"""Rosters as files: upload with a preview, template, export."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from entries.roster import queries
from entries.roster.decorators import TeamRequest, in_team
from entries.roster.forms import UploadForm
from entries.roster.importing import actions as import_actions
from entries.roster.importing import import_plan, wording
from entries.roster.importing.columns import COLUMNS
from entries.roster.importing.importer import read_roster
from entries.roster.models import Athlete, RosterUpload
from tenants.files.tables import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.switches.wording import stopped_notice
from tenants.wording import say

PER_PAGE = 100


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: TeamRequest) -> HttpResponse:
    """Take a file and lead to its preview. Nothing on the roster changes yet."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            check_not_stopped(Function.UPLOADS)
            found = read_roster(file, file.name or "")
        except Refused as refusal:
            form.add_error("file", say(refusal))
        else:
            kept = import_actions.keep_upload(
                request.team,
                by=request.user,
                file_name=file.name or "",
                lines=found.lines,
                ignored=found.ignored,
                at=timezone.now(),
                today=timezone.localdate(),
            )
            return HttpResponseRedirect(reverse("roster:preview", args=[request.team.pk, kept.pk]), status=303)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    stopped = "" if form.is_bound else stopped_notice(Function.UPLOADS)
    values = {"form": form, "team": request.team, "columns": COLUMNS, "stopped": stopped}
    return render(request, "roster/import.html", values, status=status)


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: TeamRequest, upload: int) -> HttpResponse:
    """GET: what the file would do, row by row. POST: do it."""
    row = _upload(request, upload)
    if request.method == "POST":
        return _confirm(request, row)
    rows = [import_plan.from_json(each) for each in row.rows]
    state = request.GET.get("state", "")
    if state not in import_plan.STATES:
        state = next((name for name in ("refused", "new", "changed", "unchanged") if row.counts[name]), "refused")
    chosen = [each for each in rows if each.state == state]
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    values = {
        "team": request.team,
        "upload": row,
        "state": state,
        "page": page,
        "rows": wording.in_words(page.object_list),
        "before": f"?state={state}&page={page.previous_page_number()}" if page.has_previous() else "",
        "after": f"?state={state}&page={page.next_page_number()}" if page.has_next() else "",
        "tabs": [(name, word, row.counts[name]) for name, word in wording.STATE_WORDS.items()],
        "to_write": row.counts["new"] + row.counts["changed"],
    }
    return render(request, "roster/preview.html", values)


def _upload(request: TeamRequest, pk: int) -> RosterUpload:
    row = queries.uploads_of(request.team, request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _confirm(request: TeamRequest, row: RosterUpload) -> HttpResponse:
    here = reverse("roster:preview", args=[request.team.pk, row.pk])
    if row.applied_at is not None:
        messages.warning(request, say(Refused("upload_applied")))
        return HttpResponseRedirect(here, status=303)
    try:
        row = import_actions.apply_upload(row, by=request.user, at=timezone.now(), today=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, say(refusal))
        return HttpResponseRedirect(here, status=303)
    done = _("名簿に取り込みました（新規%(new)d名、変更%(changed)d名）。")
    messages.success(request, done % row.counts)
    if row.counts["refused"]:
        left = _("取り込めなかった行が%(n)d行あります。理由を確認し、直してからもう一度取り込んでください。")
        messages.warning(request, left % {"n": row.counts["refused"]})
        return HttpResponseRedirect(f"{here}?state=refused", status=303)
    return HttpResponseRedirect(reverse("roster:athletes", args=[request.team.pk]), status=303)


@in_team
@require_safe
def refused_rows(request: TeamRequest, upload: int) -> HttpResponse:
    """The refused rows as they were in the file, with the reasons: to be corrected and uploaded again."""
    row = _upload(request, upload)
    header, rows = wording.refused_table(import_plan.from_json(each) for each in row.rows)
    return _download(write_xlsx(header, rows, title=wording.SHEET), XLSX_TYPE, "roster-refused.xlsx")


@in_team
@require_safe
def template(request: TeamRequest, kind: str) -> HttpResponse:
    """An empty file with the right columns, and what to type in them."""
    return _table(kind, [], "roster-template", notes=wording.instructions())


@in_team
@require_safe
def export(request: TeamRequest, kind: str) -> HttpResponse:
    """The roster as a file that the import reads back without a change."""
    athletes: Iterable[Athlete] = request.team.athletes.active().in_roster_order()
    rows = [queries.file_row(athlete, wording.FIELDS) for athlete in athletes]
    return _table(kind, rows, f"roster-{request.team.pk}-{timezone.localdate():%Y%m%d}")


def _table(kind: str, rows: Sequence[Sequence[str]], name: str, notes: Sequence[Sequence[str]] = ()) -> HttpResponse:
    if kind == "csv":
        return _download(write_csv(wording.HEADER, rows), CSV_TYPE, f"{name}.csv")
    data = write_xlsx(wording.HEADER, rows, title=wording.SHEET, notes=notes, notes_title=wording.NOTES_SHEET)
    return _download(data, XLSX_TYPE, f"{name}.xlsx")


def _download(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
