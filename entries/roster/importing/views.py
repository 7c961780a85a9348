"""Rosters as files: upload with a preview, template, export."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
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
from entries.roster.importing.columns import COLUMNS, ROSTER_TITLES, check_columns
from entries.roster.importing.memory_actions import remember
from entries.roster.importing.remembered import remembered
from entries.roster.models import Athlete, ColumnMemory, RosterUpload
from tenants.files.grid import Grid, key_of, lay_grid
from tenants.files.grid_page import column_choices, grid_page
from tenants.files.incoming import changed_grid, incoming
from tenants.files.tables import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.switches.wording import stopped_notice
from tenants.throttle.slots import two_at_once
from tenants.wording import say


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: TeamRequest) -> HttpResponse:
    """Take a file or a paste and lead to its preview. Nothing on the roster changes yet."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    kept = None
    if form.is_valid():
        try:
            check_not_stopped(Function.UPLOADS)
            kept = _take(request, form)
            check_understood(kept)
        except Refused as refusal:
            form.add_error("file", say(refusal))
        else:
            return HttpResponseRedirect(_address(request, kept), status=303)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    stopped = "" if form.is_bound else stopped_notice(Function.UPLOADS)
    values = {"form": form, "team": request.team, "columns": COLUMNS, "stopped": stopped}
    if kept is not None:
        values |= _choices(import_actions.grid_in(kept)) | {"here": _address(request, kept)}
    return render(request, "roster/import.html", values, status=status)


def _take(request: TeamRequest, form: UploadForm) -> RosterUpload:
    sent = incoming(form.cleaned_data["file"], form.cleaned_data["pasted"])
    if sent is None:
        raise Refused("roster_nothing_sent")
    grid = lay_grid(sent.sheets, ROSTER_TITLES, remembered=remembered(request.team, ColumnMemory.Kind.ROSTER))
    if not grid.rows:
        raise Refused("table_empty")
    return import_actions.keep_upload(
        request.team,
        by=request.user,
        file_name=sent.name or _("貼り付け"),
        grid=grid,
        content=sent.content,
        at=timezone.now(),
        today=timezone.localdate(),
    )


def check_understood(kept: RosterUpload) -> None:
    """Raises Refused when rows of this file could not be told apart, or two of its columns seem to be the same."""
    grid = import_actions.grid_in(kept)
    part = grid.parts[0]
    if remembered(kept.team, ColumnMemory.Kind.ROSTER)(key_of(part.titles)) is None or not grid.is_understood:
        check_columns(part.titles, part.columns)


def _choices(grid: Grid) -> dict[str, Any]:
    return {"choices": column_choices(grid), "fields": ROSTER_TITLES.choices.items(), "grid": grid}


def _address(request: TeamRequest, kept: RosterUpload) -> str:
    return reverse("roster:preview", args=[request.team.pk, kept.pk])


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: TeamRequest, upload: int) -> HttpResponse:
    """GET: what the file would do, row by row. POST: do it, or read it in another way first."""
    row = _upload(request, upload)
    if request.method == "POST":
        return _again(request, row) if {"mend", "columns", "sheet"} & request.POST.keys() else _confirm(request, row)
    rows = [import_plan.from_json(each) for each in row.rows]
    grid = import_actions.grid_in(row)
    fields = wording.fields_shown(grid, rows)
    page = grid_page(
        rows,
        grid,
        request.GET.dict(),
        state_of=lambda one: one.state,
        show=lambda one: wording.shown_row(one, grid, fields, may_mend=row.applied_at is None),
        words=wording.STATE_WORDS,
        fields=fields,
        titles=ROSTER_TITLES,
    )
    values = {"team": request.team, "upload": row, "page": page, "to_write": row.counts["new"] + row.counts["changed"]}
    return render(request, "roster/preview.html", values | _choices(grid) | {"here": request.path})


def _upload(request: TeamRequest, pk: int) -> RosterUpload:
    row = queries.uploads_of(request.team, request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _again(request: TeamRequest, row: RosterUpload) -> HttpResponse:
    """Mended cells, columns named by hand, or another sheet: the file is compared with the roster anew."""
    here = _address(request, row)
    memory = remembered(request.team, ColumnMemory.Kind.ROSTER)
    try:
        grid = changed_grid(
            import_actions.grid_in(row), request.POST, ROSTER_TITLES, memory, row.content, row.file_name
        )
        if "columns" in request.POST:
            check_columns([], grid.parts[0].columns)
            key = key_of(grid.parts[0].titles)
            remember(request.team, ColumnMemory.Kind.ROSTER, key=key, columns=grid.parts[0].columns, at=timezone.now())
        import_actions.read_anew(row, grid, today=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, say(refusal))
    return HttpResponseRedirect(f"{here}?state=refused" if "mend" in request.POST else here, status=303)


def _confirm(request: TeamRequest, row: RosterUpload) -> HttpResponse:
    here = _address(request, row)
    if row.applied_at is not None:
        messages.warning(request, say(Refused("upload_applied")))
        return HttpResponseRedirect(here, status=303)
    try:
        row = import_actions.apply_upload(row, by=request.user, at=timezone.now(), today=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, say(refusal))
        return HttpResponseRedirect(here, status=303)
    done = _("名簿に取り込みました（新規%(new)d名、変更%(changed)d名、変更なし%(unchanged)d名）。")
    messages.success(request, done % row.counts)
    if row.counts["refused"]:
        left = _("取り込めなかった行が%(n)d行あります。理由を確認し、直してからもう一度取り込んでください。")
        messages.warning(request, left % {"n": row.counts["refused"]})
        return HttpResponseRedirect(f"{here}?state=refused", status=303)
    return HttpResponseRedirect(reverse("roster:athletes", args=[request.team.pk]), status=303)


@in_team
@require_safe
@two_at_once
def refused_rows(request: TeamRequest, upload: int) -> HttpResponse:
    """The refused rows as they were in the file, with the reasons: to be corrected and uploaded again."""
    row = _upload(request, upload)
    planned = [import_plan.from_json(each) for each in row.rows]
    header, rows = wording.refused_table(planned, import_actions.grid_in(row))
    return _download(write_xlsx(header, rows, title=wording.SHEET), XLSX_TYPE, "roster-refused.xlsx")


@in_team
@require_safe
def template(request: TeamRequest, kind: str) -> HttpResponse:
    """An empty file with the right columns, and what to type in them."""
    return _table(kind, [], "roster-template", notes=wording.instructions())


@in_team
@require_safe
@two_at_once
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
