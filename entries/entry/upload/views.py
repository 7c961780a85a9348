"""Entries from an Excel or CSV file: template, preview with a reason for each refused row, confirmation."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from entries.entry.lines import Line, SheetRefused
from entries.entry.models import EntryUpload, Submission
from entries.entry.queries import races_of
from entries.entry.sheet.views import chosen
from entries.entry.upload import actions, importer
from entries.entry.upload.columns import CHOICES
from entries.entry.upload.grid_rows import preview_page
from entries.entry.upload.importer import Reader
from entries.entry.upload.newcomers import keep_roster, newcomers_of, roster_with
from entries.entry.upload.preview import Preview, preview_of
from entries.meet.decorators import MeetRequest, in_meet
from entries.meet.models import Race
from entries.roster.importing.memory_actions import remember
from entries.roster.importing.remembered import remembered
from entries.roster.models import ColumnMemory, Team
from entries.roster.queries import roster_of
from tenants.decorators import signed_in
from tenants.files.grid import key_of, lay_grid
from tenants.files.grid_page import column_choices
from tenants.files.incoming import changed_grid, incoming
from tenants.files.tables import XLSX_TYPE, write_xlsx
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.switches.wording import stopped_notice
from tenants.throttle.slots import two_at_once
from tenants.wording import say

NAMED = 10


def team_of(request: MeetRequest) -> tuple[Team, list[Team]]:
    """The team that is entered, and all that the user may enter for. Raises Http404."""
    teams = list(Team.objects.managed_by(request.user).order_by("name", "pk"))
    if not teams:
        raise Http404
    return chosen(teams, request.POST.get("team") or request.GET.get("team", "")), teams


def races_in_order(request: MeetRequest) -> dict[int, Race]:
    """The meet's races as its pages list them, by their number."""
    races = sorted(races_of(request.meet).values(), key=lambda race: (race.position, race.pk))
    return {race.pk: race for race in races}


@signed_in
@in_meet
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: MeetRequest) -> HttpResponse:
    """Read a file and keep it for the preview; nothing is entered yet."""
    team, teams = team_of(request)
    problem, choices = "", {}
    if request.method == "POST":
        try:
            kept = _keep(request, team)
        except Refused as refusal:
            problem = say(refusal)
        else:
            if actions.grid_in(kept).is_understood:
                return HttpResponseRedirect(_address(request, "upload_preview", kept), status=HTTPStatus.SEE_OTHER)
            problem = say(Refused("upload_columns"))
            choices = _choices(kept) | {"here": _address(request, "upload_preview", kept)}
    values = {"meet": request.meet, "team": team, "teams": teams, "problem": problem, **choices}
    values["stopped"] = "" if problem else stopped_notice(Function.UPLOADS)
    return render(request, "entry/upload.html", values, status=422 if problem else 200)


def _keep(request: MeetRequest, team: Team) -> EntryUpload:
    check_not_stopped(Function.UPLOADS)
    sent = incoming(request.FILES.get("file"), request.POST.get("pasted", ""))
    if sent is None:
        raise Refused("upload_no_file")
    athletes, races = roster_of(team), races_in_order(request).values()
    reader = Reader(athletes, races)
    grid = lay_grid(sent.sheets, reader.titles, remembered=remembered(team, ColumnMemory.Kind.ENTRIES))
    rows = reader.rows(grid)
    today = timezone.localdate()
    roster = keep_roster(sent, grid.sheet, rows, team, by=request.user, at=timezone.now(), today=today)
    if roster is not None:
        rows = Reader([*athletes, *newcomers_of(roster)], races).rows(grid)
    if grid.is_understood and all(row.is_idle for row in rows):
        raise Refused("upload_no_rows")
    return actions.keep(
        meet=request.meet,
        team=team,
        by=request.user,
        file_name=sent.name or _("貼り付け"),
        grid=grid,
        rows=rows,
        content=sent.content,
        roster=roster,
    )


def _choices(kept: EntryUpload) -> dict[str, Any]:
    return {"choices": column_choices(actions.grid_in(kept)), "fields": CHOICES.items()}


def _address(request: MeetRequest, name: str, kept: EntryUpload) -> str:
    return reverse(f"entry:{name}", args=[request.meet.tenant.slug, request.meet.slug, kept.pk])


def _kept(request: MeetRequest, upload: int) -> EntryUpload:
    """The upload with this number, if a team of the user sent it to this meet. Raises Http404."""
    mine = EntryUpload.objects.filter(meet=request.meet, team__memberships__user=request.user)
    row = mine.select_related("team", "submission").filter(pk=upload).first()
    if row is None:
        raise Http404
    row.meet = request.meet
    return row


def _preview(request: MeetRequest, kept: EntryUpload) -> Preview:
    newcomers = newcomers_of(roster_with(kept))
    athletes = [*roster_of(kept.team), *newcomers]
    shown = preview_of(request.meet, kept, races=races_in_order(request), athletes=athletes)
    shown.newcomers = len(newcomers)
    return shown


class _Confirmation:
    """What the page's button does. `shown` is the preview of what it tried, for the reasons when it is refused."""

    def __init__(self, request: MeetRequest, kept: EntryUpload, shown: Preview) -> None:
        self.request, self.kept, self.shown = request, kept, shown

    def run(self) -> Submission:
        """Raises what `actions.confirm` and `actions.confirm_with_roster` raise."""
        by, at, roster = self.request.user, self.request.meet.clock, roster_with(self.kept)
        text = self.request.POST.get("seen", "")
        seen = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
        if roster is None:
            return actions.confirm(upload=self.kept, lines=self.shown.lines, by=by, at=at, seen=seen)
        today = timezone.localdate()
        return actions.confirm_with_roster(
            upload=self.kept, roster=roster, lines=self._lines, by=by, at=at, today=today, seen=seen
        )

    def _lines(self) -> list[Line]:
        """Of the rows as they are read with the newcomers on the roster."""
        grid, newcomers = actions.grid_in(self.kept), self.shown.newcomers
        reader = Reader(roster_of(self.kept.team), races_in_order(self.request).values())
        actions.read_anew(self.kept, grid, reader.rows(grid))
        self.kept.refresh_from_db(fields=["rows", "counts", "grid"])
        self.shown = _preview(self.request, self.kept)
        self.shown.newcomers = newcomers
        return self.shown.lines


def _asked_about_times(request: MeetRequest, shown: Preview) -> str:
    """What the page's button asks once, as the sheet does: how many blank times there are, and whose are the first."""
    found = shown.timeless if "ask_no_time" in request.POST else []
    if not found:
        return ""
    names = [f"{row.file_row.who} {row.file_row.race}" for row in found[:NAMED]] + ["…"] * (len(found) > NAMED)
    return _("申告タイムが空欄の申込が%(n)s件あります: %(who)s") % {"n": len(found), "who": _("、").join(names)}


@signed_in
@in_meet
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: MeetRequest, upload: int) -> HttpResponse:
    """What would be entered and what is refused, and why; POST enters the rows that are in order, all or none."""
    kept = _kept(request, upload)
    if kept.submission is not None:
        return _to_receipt(kept.submission)
    if {"mend", "columns", "sheet"} & request.POST.keys():
        return _again(request, kept)
    shown = _preview(request, kept)
    problems: list[str] = []
    asked = _asked_about_times(request, shown)
    if request.method == "POST" and not asked:
        confirmation = _Confirmation(request, kept, shown)
        try:
            submission = confirmation.run()
        except SheetRefused as refused:
            shown = confirmation.shown
            shown.refuse(refused)
            problems = [say(refusal) for refusal in refused.general]
        except Refused as refusal:
            shown, problems = confirmation.shown, [say(refusal)]
        else:
            return _to_receipt(submission)
    values = {
        "meet": request.meet,
        "upload": kept,
        "preview": shown,
        "page": preview_page(shown, request.GET.dict()),
        "problems": problems,
        "asked": asked,
        "here": request.path,
        "again": f"{reverse('entry:upload', args=[request.meet.tenant.slug, request.meet.slug])}?"
        + urlencode({"team": kept.team_id}),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "entry/upload_preview.html", values | _choices(kept), status=status)


def _to_receipt(submission: Submission) -> HttpResponse:
    return HttpResponseRedirect(reverse("entry:receipt", args=[submission.reference]), status=HTTPStatus.SEE_OTHER)


def _again(request: MeetRequest, kept: EntryUpload) -> HttpResponse:
    """Mended cells, columns named by hand, or another sheet."""
    memory = remembered(kept.team, ColumnMemory.Kind.ENTRIES)
    athletes = [*roster_of(kept.team), *newcomers_of(roster_with(kept))]
    reader = Reader(athletes, races_in_order(request).values())
    known = {row["number"]: row for row in kept.rows} if "mend" in request.POST else {}
    here = _address(request, "upload_preview", kept)
    try:
        before = actions.grid_in(kept)
        grid = changed_grid(before, request.POST, reader.titles, memory, kept.content, kept.file_name)
        if "columns" in request.POST:
            if not grid.is_understood:
                raise Refused("upload_columns")
            part = grid.parts[0]
            remember(
                kept.team, ColumnMemory.Kind.ENTRIES, key=key_of(part.titles), columns=part.columns, at=timezone.now()
            )
        actions.read_anew(kept, grid, reader.rows(grid, known=known))
    except Refused as refusal:
        messages.warning(request, say(refusal))
    return HttpResponseRedirect(here, status=HTTPStatus.SEE_OTHER)


@signed_in
@in_meet
@require_safe
@two_at_once
def template(request: MeetRequest) -> HttpResponse:
    """The team's roster as a workbook to fill in."""
    team, _teams = team_of(request)
    body = write_xlsx(
        importer.template_header(),
        importer.template_rows(roster_of(team)),
        title=_("申込"),
        notes=importer.template_notes(races_in_order(request).values()),
        notes_title=_("種目と書き方"),
    )
    return _workbook(body, f"{request.meet.slug}-{_('申込')}.xlsx")


@signed_in
@in_meet
@require_safe
@two_at_once
def refused(request: MeetRequest, upload: int) -> HttpResponse:
    """The refused rows with their reasons, to correct and upload again."""
    shown = _preview(request, _kept(request, upload))
    header = [*importer.template_header(), _("理由")]
    rows = [[*line.file_row.as_cells(), " / ".join(line.reasons)] for line in shown.refused_lines]
    return _workbook(write_xlsx(header, rows, title=_("申込")), f"{request.meet.slug}-{_('要修正')}.xlsx")


def _workbook(body: bytes, name: str) -> HttpResponse:
    disposition = f"attachment; filename=\"entries.xlsx\"; filename*=UTF-8''{quote(name)}"
    return HttpResponse(body, content_type=XLSX_TYPE, headers={"Content-Disposition": disposition})
