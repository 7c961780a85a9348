"""Entries from an Excel or CSV file: template, preview with a reason for each refused row, confirmation."""

from urllib.parse import quote, urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from entries.entry.lines import SheetRefused
from entries.entry.models import EntryUpload
from entries.entry.queries import races_of
from entries.entry.sheet.views import SEE_OTHER, chosen
from entries.entry.upload import actions, importer
from entries.entry.upload.preview import Preview, preview_of, read_shoes
from entries.meet.decorators import MeetRequest, in_meet
from entries.meet.models import Race
from entries.roster.models import Athlete, Team
from tenants.decorators import signed_in
from tenants.files.tables import XLSX_TYPE, read_table, write_xlsx
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.switches.wording import stopped_notice
from tenants.wording import say


def _team(request: MeetRequest) -> tuple[Team, list[Team]]:
    teams = list(Team.objects.managed_by(request.user).order_by("name", "pk"))
    if not teams:
        raise Http404
    return chosen(teams, request.POST.get("team") or request.GET.get("team", "")), teams


def _races(request: MeetRequest) -> dict[int, Race]:
    races = sorted(races_of(request.meet).values(), key=lambda race: (race.position, race.pk))
    return {race.pk: race for race in races}


def _athletes(team: Team) -> list[Athlete]:
    return list(team.athletes.active().in_roster_order())


@signed_in
@in_meet
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: MeetRequest) -> HttpResponse:
    """Read a file and keep it for the preview; nothing is entered yet."""
    team, teams = _team(request)
    problem = ""
    if request.method == "POST":
        try:
            return _keep(request, team)
        except Refused as refusal:
            problem = say(refusal)
    values = {"meet": request.meet, "team": team, "teams": teams, "problem": problem}
    values["stopped"] = "" if problem else stopped_notice(Function.UPLOADS)
    return render(request, "entry/upload.html", values, status=422 if problem else 200)


def _keep(request: MeetRequest, team: Team) -> HttpResponse:
    check_not_stopped(Function.UPLOADS)
    file = request.FILES.get("file")
    if file is None:
        raise Refused("upload_no_file")
    table = read_table(file, file.name or "", is_header=importer.is_header)
    rows, without_race = importer.read_rows(table, athletes=_athletes(team), races=_races(request).values())
    if not rows:
        raise Refused("upload_no_rows")
    read_shoes(rows)
    kept = actions.keep(
        meet=request.meet,
        team=team,
        by=request.user,
        file_name=importer.clean(file.name or "")[:200],
        rows=[row.as_json() for row in rows],
        counts={"read": len(rows) + without_race, "without_race": without_race},
    )
    return HttpResponseRedirect(_address(request, "upload_preview", kept), status=SEE_OTHER)


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
    return preview_of(request.meet, kept, races=_races(request), athletes=_athletes(kept.team))


@signed_in
@in_meet
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: MeetRequest, upload: int) -> HttpResponse:
    """What would be entered and what is refused, and why; POST enters the rows that are in order, all or none."""
    kept = _kept(request, upload)
    if kept.submission is not None:
        return HttpResponseRedirect(reverse("entry:receipt", args=[kept.submission.reference]), status=SEE_OTHER)
    shown = _preview(request, kept)
    problems: list[str] = []
    if request.method == "POST":
        try:
            submission = actions.confirm(upload=kept, lines=shown.lines, by=request.user, at=request.meet.clock)
        except SheetRefused as refused:
            shown.refuse(refused)
            problems = [say(refusal) for refusal in refused.general]
        except Refused as refusal:
            problems = [say(refusal)]
        else:
            return HttpResponseRedirect(reverse("entry:receipt", args=[submission.reference]), status=SEE_OTHER)
    values = {
        "meet": request.meet,
        "upload": kept,
        "preview": shown,
        "problems": problems,
        "again": f"{reverse('entry:upload', args=[request.meet.tenant.slug, request.meet.slug])}?"
        + urlencode({"team": kept.team_id}),
    }
    return render(request, "entry/upload_preview.html", values, status=422 if request.method == "POST" else 200)


@signed_in
@in_meet
@require_safe
def template(request: MeetRequest) -> HttpResponse:
    """The team's roster as a workbook to fill in."""
    team, _teams = _team(request)
    body = write_xlsx(
        importer.template_header(),
        importer.template_rows(_athletes(team)),
        title=_("申込"),
        notes=importer.template_notes(_races(request).values()),
        notes_title=_("種目と書き方"),
    )
    return _workbook(body, f"{request.meet.slug}-{_('申込')}.xlsx")


@signed_in
@in_meet
@require_safe
def refused(request: MeetRequest, upload: int) -> HttpResponse:
    """The refused rows with their reasons, to correct and upload again."""
    shown = _preview(request, _kept(request, upload))
    header = [*importer.template_header(), _("理由")]
    rows = [[*line.file_row.as_cells(), " / ".join(line.reasons)] for line in shown.refused_lines]
    return _workbook(write_xlsx(header, rows, title=_("申込")), f"{request.meet.slug}-{_('要修正')}.xlsx")


def _workbook(body: bytes, name: str) -> HttpResponse:
    disposition = f"attachment; filename=\"entries.xlsx\"; filename*=UTF-8''{quote(name)}"
    return HttpResponse(body, content_type=XLSX_TYPE, headers={"Content-Disposition": disposition})
