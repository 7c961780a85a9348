"""The receipt of a submission, what may still be changed on it, and a team's list of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.shoes.wording import said as said_of
from entries.entry import entry_actions, rules
from entries.entry.beside import links_below, said_beside
from entries.entry.models import Entry, EntryState, Source
from entries.entry.queries import Standing, page_of_entries, standing_of, submissions_of
from entries.entry.receipt.decorators import SubmissionRequest, in_submission
from entries.entry.receipt.entry_here import back, entry_here, happened_to
from entries.entry.receipt.slips import Slip, printed, shoe_html, slip_of
from entries.entry.sheet.forms import TimesForm
from entries.entry.sheet_rows import id_of
from entries.entry.shoes import verdicts_of
from entries.marks import format_time
from entries.meet.models import Meet
from entries.meet.standing import countdown
from entries.meet.wording import moment, until
from entries.roster.decorators import TeamRequest, in_team
from tenants.outbox.queries import mail_state
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tenants.wording import say

PER_PAGE = 50


@in_submission
@require_safe
def receipt(request: SubmissionRequest) -> HttpResponse:
    """Who is in, who waits at which position, what it costs, and what may still be changed until when."""
    return _page(request)


def _page(
    request: SubmissionRequest, *, wrong: TimesForm | None = None, entry: int = 0, said: str = ""
) -> HttpResponse:
    submission, number = request.submission, max(id_of(request.GET.get("page", "")), 1)
    entries, sums, pages = page_of_entries(submission, number)
    meet: Meet = submission.meet
    meet.clock = request.clock
    beside, above = happened_to(request, entries)
    values = {
        "submission": submission,
        "meet": meet,
        "tally": sums,
        "said": said,
        "page": {"path": request.path, "number": number, "last": pages, "asked": {},
                 "before": number - 1, "after": number + 1 if number < pages else 0},
        "lines": printed(
            _slips(request, entries, beside, {entry: wrong} if wrong else {}), times=times_of, csrf_token=get_token(request)
        ),
        "messages": above,
        "closes": until(meet, meet.entries_close_at),
        "countdown": countdown(meet),
        "submitted": moment(meet, submission.submitted_at),
        "may_withdraw": request.may_change and any(_may_withdraw(row, request) for row in entries),
        "may_correct": request.may_change and meet.takes_entries_at(request.clock),
        "links": links_below(submission) if request.may_change else [],
        "by_organizer": submission.source == Source.ORGANIZER,
        "mail_state": mail_state(f"entry.received:{submission.pk}", to=request.user.email, at=request.clock),
    }  # fmt: skip
    return render(request, "entry/receipt.html", values, status=422 if said or wrong else 200)


def times_of(slip: Slip) -> TimesForm:
    """The form that corrects a line's times."""
    return TimesForm(initial={"seed_time": slip.seed, "personal_best": slip.best}, auto_id=f"id_{slip.pk}_%s")


def _slips(
    request: SubmissionRequest, entries: Sequence[Entry], happened: Mapping[str, str], wrong: Mapping[int, TimesForm]
) -> Iterator[Slip]:
    """The page's lines, with what this reader may change of each now."""
    here = reverse("entry:receipt", args=[request.submission.reference])
    verdicts, starts = verdicts_of(entries), said_beside(request.submission.meet, entries)
    gone = [entry for entry in entries if entry.withdrawn_at is not None] if request.may_change else []
    for entry in gone:
        entry.submission = request.submission
    standing = standing_of(gone) if gone else None
    for entry in entries:
        may_correct = request.may_change and _may_correct(entry, request)
        verdict = verdicts.get(entry.pk)
        yield replace(
            slip_of(entry, url=f"{here}entries/{entry.pk}/"),
            may_correct=may_correct,
            may_withdraw=request.may_change and _may_withdraw(entry, request),
            may_change_race=may_correct and entry.ticket is not None,
            **_undoing(request, entry, standing),
            shoe=shoe_html(entry.shoe_declared, said_of(verdict)) if verdict else "",
            happened=happened.get(f"{entry.pk}", ""),
            start=starts.get(entry.pk, ""),
            form=wrong.get(entry.pk),
        )


def _undoing(request: SubmissionRequest, entry: Entry, standing: Standing | None) -> dict[str, Any]:
    """Whether a withdrawn entry can come back now, instead of which, and else why not."""
    if standing is None or entry.withdrawn_at is None:
        return {}
    try:
        rules.check_may_undo(entry, standing, by_organizer=request.by_host)
    except Refused as refusal:
        return {"stays_gone": say(refusal)}
    return {"may_undo": True, "was_changed": standing.instead_of(entry.pk) is not None}


def _may_withdraw(entry: Entry, request: SubmissionRequest) -> bool:
    try:
        rules.check_may_withdraw(entry, by_organizer=request.by_host)
    except Refused:
        return False
    return True


def _may_correct(entry: Entry, request: SubmissionRequest) -> bool:
    try:
        rules.check_may_correct(entry, at=request.clock, by_organizer=request.by_host)
    except Refused:
        return False
    return True


@in_submission
@require_POST
def withdraw(request: SubmissionRequest, entry: int) -> HttpResponse:
    """Take an entry out; its place goes to the first who waits."""
    row = entry_here(request, entry)
    try:
        promoted = entry_actions.withdraw(entry=row, by=request.user, at=request.clock, by_organizer=request.by_host)
    except Refused as refusal:
        if refusal.code != "already_withdrawn":
            return _page(request, said=say(refusal))
        return back(request, row)
    if row.state == EntryState.WAITLISTED:
        return back(request, row, _("%(who)sの「%(race)s」の補欠待ちを取り消しました。"))
    text = (
        _("%(who)sの「%(race)s」の申込を取り消しました。空いた枠は補欠待ちの次の選手に移りました。")
        if promoted
        else _("%(who)sの「%(race)s」の申込を取り消しました。枠が空いている間は、元に戻せます。")
    )
    return back(request, row, text)


@in_submission
@require_POST
def undo(request: SubmissionRequest, entry: int) -> HttpResponse:
    """Bring a withdrawn entry back while its place is free; after a change of race, instead of the new one."""
    row = entry_here(request, entry)
    try:
        instead = entry_actions.undo_withdrawal(
            entry=row, by=request.user, at=request.clock, by_organizer=request.by_host
        )
    except Refused as refusal:
        return _page(request, said=say(refusal)) if refusal.code != "not_withdrawn" else back(request, row)
    if instead is not None:
        text = _("%(who)sの種目を「%(left)s」から「%(race)s」に戻しました。出場できます。")
        return back(request, row, text, left=instead.race.name_here)
    return back(request, row, _("%(who)sの「%(race)s」の申込を元に戻しました。出場できます。"))


@in_submission
@require_POST
def correct(request: SubmissionRequest, entry: int) -> HttpResponse:
    """Change the declared time of an entry; its place in the order stays."""
    row = entry_here(request, entry)
    form = TimesForm(request.POST, auto_id=f"id_{row.pk}_%s")
    if not form.is_valid():
        return _page(request, wrong=form, entry=row.pk)
    try:
        entry_actions.correct_times(
            entry=row,
            seed_time=form.cleaned_data["seed_time"],
            personal_best=form.cleaned_data["personal_best"],
            by=request.user,
            at=request.clock,
            by_organizer=request.by_host,
        )
    except Refused as refusal:
        if refusal.code in ("already_withdrawn", "too_late_to_correct"):
            return _page(request, said=say(refusal))
        times = (form.cleaned_data["seed_time"], form.cleaned_data["personal_best"])
        for field, wrong in rules.time_refusals(row.race, *times).items():
            form.add_error(field, say(wrong))
        return _page(request, wrong=form, entry=row.pk)
    time = format_time(form.cleaned_data["seed_time"]) or "NT"
    return back(request, row, _("%(who)sの「%(race)s」の申告タイムを%(time)sにしました。"), time=time)


@in_team
@require_safe
def submissions(request: TeamRequest) -> HttpResponse:
    """What the team sent, at every host, newest first."""
    with across_tenants():
        page = Paginator(submissions_of(request.team), PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page.object_list)
    return render(request, "entry/submissions.html", {"team": request.team, "page": page, "submissions": rows})
