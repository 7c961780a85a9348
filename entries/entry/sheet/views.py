"""The entry sheet (contract 5) and its draft."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from entries.entry import actions, drafts, rules
from entries.entry.lines import MAX_ROWS, SheetRefused
from entries.entry.models import Submission
from entries.entry.queries import entering, submission_under_key, teams_to_enter
from entries.entry.sheet.context import Facts, View, context, fresh_view, mark_rows, read_facts, refusals_of
from entries.entry.sheet.forms import read_sheet
from entries.entry.sheet.kept_views import answer, forget, keeps_what_is_sent, kept_rows
from entries.entry.sheet.sheet_layout import MOST_ROWS_EACH, draft_of_rows
from entries.entry.sheet_rows import Sheet, id_of, new_key, without_time
from entries.entry.shoes import read_keys
from entries.meet.decorators import MeetRequest, in_meet, in_meet_to_enter, read_afresh
from entries.roster.models import Team
from tenants.decorators import signed_in
from tenants.refusal import Refused
from tenants.throttle.slots import slot
from tenants.wording import say

LARGE = 200
"""Athletes of a roster whose sheet is expensive to make."""


@keeps_what_is_sent
@signed_in
@in_meet_to_enter
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: MeetRequest) -> HttpResponse:
    """GET shows the team's athletes with what was drafted; POST takes all rows or none."""
    posted = read_sheet(request.POST) if request.method == "POST" else None
    if posted is not None and "save_draft" not in request.POST:
        taken = _take(request, posted)
        if taken is not None:
            return taken
    teams = teams_to_enter(request.user, request.meet)
    if not teams:
        return HttpResponseRedirect(f"{reverse('roster:new_team')}?{urlencode({'next': request.get_full_path()})}")
    team = chosen(teams, request.POST.get("team") or request.GET.get("team", ""))
    if posted is not None:
        read_afresh(request)
        show = _keep_draft if "save_draft" in request.POST else _take_or_show
        return show(request, team, teams, posted)
    request.meet.clock = vars(team)["clock"]
    facts = read_facts(request.meet, team, request.user, races=request.meet.recent_races)
    asked = id_of(request.GET.get("rows", ""))
    view = fresh_view(
        facts,
        filled_from=request.GET.get("from", ""),
        rows_each=min(max(asked, 1), MOST_ROWS_EACH),
        kept=kept_rows(request, team) if request.GET.get("kept") else None,
    )
    view.said = "draft" if request.GET.get("saved") else ""
    return _show(request, facts, view, teams)


def _show(request: MeetRequest, facts: Facts, view: View, teams: Sequence[Team], status: int = 200) -> HttpResponse:
    """The page; that of a large roster is made two at once for a user, and sent compressed. Raises AllTaken."""
    if len(facts.athletes) <= LARGE:
        return render(request, "entry/sheet.html", context(facts, view, teams), status=status)
    with slot(request.user.pk):
        return gzip_page(render)(request, "entry/sheet.html", context(facts, view, teams), status=status)


def chosen(teams: Sequence[Team], text: str) -> Team:
    """The team with this number among the user's own; without a number the first. Raises Http404."""
    if teams and not text:
        return teams[0]
    for team in teams:
        if team.pk == id_of(text):
            return team
    raise Http404


def _take(request: MeetRequest, posted: Sheet) -> HttpResponse | None:
    """Enter the sheet with one query before the writing one; None when it is not in order, whatever the reason."""
    read_keys(posted)
    ids = [line.athlete_id for line in posted.lines[:MAX_ROWS]]
    found = entering(request.user, id_of(request.POST.get("team", "")), ids, only=rules.ASKED_OF_ATHLETES)
    if found is None or not posted.is_well_formed or _asks_about_times(request, posted):
        return None
    at_hand = actions.AtHand(request.meet.recent_races, found.athletes)
    submission = actions.submit_at_once(
        meet=request.meet,
        team=found.team,
        lines=posted.lines,
        key=posted.key,
        by=request.user,
        at=found.clock,
        at_hand=at_hand,
    )
    return None if submission is None else _receipt(request, submission)


def _asks_about_times(request: MeetRequest, posted: Sheet) -> int:
    """How many blank times the page's button asks about."""
    return without_time(posted) if "ask_no_time" in request.POST else 0


def _receipt(request: MeetRequest, submission: Submission) -> HttpResponse:
    forget(request)
    return answer(request, reverse("entry:receipt", args=[submission.reference]))


def _take_or_show(request: MeetRequest, team: Team, teams: Sequence[Team], posted: Sheet) -> HttpResponse:
    meet = request.meet
    if not posted.is_well_formed:
        facts = read_facts(meet, team, request.user)
        refused = refusals_of(posted, facts)
        mark_rows(posted.rows, refused)
        return _again(request, facts, teams, posted, refused.general, status=422)
    timeless = _asks_about_times(request, posted)
    if timeless:
        facts = read_facts(meet, team, request.user)
        return _again(request, facts, teams, posted, [], status=422, timeless=timeless)
    try:
        submission = actions.submit(
            meet=meet, team=team, lines=posted.lines, key=posted.key, by=request.user, at=meet.clock
        )
    except SheetRefused as refused:
        mark_rows(posted.rows, refused)
        return _again(request, read_facts(meet, team, request.user), teams, posted, refused.general, status=422)
    except Refused as refusal:
        status = 409 if refusal.code == "key_reused" else 422
        return _again(request, read_facts(request.meet, team, request.user), teams, posted, [refusal], status=status)
    return _receipt(request, submission)


def _again(
    request: MeetRequest,
    facts: Facts,
    teams: Sequence[Team],
    posted: Sheet,
    problems: Sequence[Refused],
    *,
    status: int,
    timeless: int = 0,
) -> HttpResponse:
    """The same page with everything that was typed, and what is wrong with it; or the question that is asked once, whether
    `timeless` entries go without a time."""
    view = View(posted.rows, key=posted.key or new_key(), problems=list(problems), draft_version=_version(request))
    view.timeless = timeless
    if any(refusal.code == "key_reused" for refusal in problems):
        first = submission_under_key(facts.team, posted.key)
        view.first_receipt = first.reference if first else ""
        view.key = new_key()
    if any(refusal.code == "draft_conflict" for refusal in problems):
        view.draft_version = facts.draft.version if facts.draft else 0
    return _show(request, facts, view, teams, status)


def _version(request: MeetRequest) -> int:
    return id_of(request.POST.get("draft_version", ""))


def _keep_draft(request: MeetRequest, team: Team, teams: Sequence[Team], posted: Sheet) -> HttpResponse:
    """The button for browsers without script."""
    rows = draft_of_rows(posted.rows)
    try:
        drafts.keep(meet=request.meet, team=team, rows=rows, version=_version(request), by=request.user)
    except Refused as refusal:
        status = 409 if refusal.code == "draft_conflict" else 422
        return _again(request, read_facts(request.meet, team, request.user), teams, posted, [refusal], status=status)
    return HttpResponseRedirect(
        f"{request.path}?{urlencode({'team': team.pk, 'saved': 1})}", status=HTTPStatus.SEE_OTHER
    )


@signed_in
@in_meet
@require_POST
def draft(request: MeetRequest) -> HttpResponse:
    """Autosave: JSON with `team`, `version` and `rows` in, the new `version` out; 409 when another device was first."""
    try:
        body = _json(request)
        team = chosen(list(Team.objects.managed_by(request.user)), str(body.get("team", "")))
        kept = drafts.keep(
            meet=request.meet,
            team=team,
            rows=drafts.check_rows(body.get("rows")),
            version=id_of(str(body.get("version", ""))),
            by=request.user,
        )
    except Refused as refusal:
        if refusal.code == "draft_invalid":
            return JsonResponse({"error": say(refusal)}, status=400)
        there = drafts.draft_of(request.meet, team, request.user).first()
        return JsonResponse({"error": say(refusal), "version": there.version if there else 0}, status=409)
    return JsonResponse({"version": kept.version})


def _json(request: MeetRequest) -> dict[str, object]:
    """Raises Refused("draft_invalid") for what is too long, no JSON, or no object."""
    if len(request.body) > drafts.MAX_BYTES:
        raise Refused("draft_invalid")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused("draft_invalid") from None
    if not isinstance(body, dict):
        raise Refused("draft_invalid")
    return body
