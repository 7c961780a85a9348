"""The receipt of a submission, what may still be changed on it, and a team's list of them."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from catalog.shoes.wording import said as said_of
from entries.entry import entry_actions, rules
from entries.entry.models import Entry, Source
from entries.entry.queries import entries_of, submissions_of, tally
from entries.entry.receipt.decorators import SubmissionRequest, in_submission
from entries.entry.sheet.forms import TimesForm
from entries.entry.shoes import verdicts_of
from entries.marks import format_time
from entries.meet.models import Meet
from entries.meet.standing import countdown
from entries.meet.wording import moment
from entries.roster.decorators import TeamRequest, in_team
from tenants.outbox.queries import mail_state
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tenants.wording import say

SEE_OTHER = 303
PER_PAGE = 50


@in_submission
@require_safe
def receipt(request: SubmissionRequest) -> HttpResponse:
    """Who is in, who waits at which position, what it costs, and what may still be changed until when."""
    return _page(request)


def _page(
    request: SubmissionRequest, *, wrong: TimesForm | None = None, entry: int = 0, said: str = ""
) -> HttpResponse:
    submission = request.submission
    entries = list(entries_of(submission))
    meet: Meet = submission.meet
    meet.clock = request.clock
    for row in entries:
        row.race.meet = meet
    worn = {pk: said_of(verdict) for pk, verdict in verdicts_of(entries).items()}
    values = {
        "submission": submission,
        "meet": meet,
        "tally": tally(entries),
        "said": said,
        "lines": [
            _line(request, row, wrong if row.pk == entry else None) | {"shoe": worn.get(row.pk)} for row in entries
        ],
        "closes": moment(meet, meet.entries_close_at),
        "countdown": countdown(meet),
        "submitted": moment(meet, submission.submitted_at),
        "may_withdraw": request.may_change and any(_may_withdraw(row, request) for row in entries),
        "may_correct": request.may_change and meet.takes_entries_at(request.clock),
        "by_organizer": submission.source == Source.ORGANIZER,
        "mail_state": mail_state(f"entry.received:{submission.pk}", to=request.user.email, at=request.clock),
    }
    return render(request, "entry/receipt.html", values, status=422 if said or wrong else 200)


def _line(request: SubmissionRequest, entry: Entry, wrong: TimesForm | None) -> dict[str, object]:
    """An entry with its forms, as far as this reader may use them now."""
    may_withdraw = request.may_change and _may_withdraw(entry, request)
    may_correct = request.may_change and _may_correct(entry, request)
    initial = {"seed_time": format_time(entry.seed_time), "personal_best": format_time(entry.personal_best)}
    form = wrong or (TimesForm(initial=initial, auto_id=f"id_{entry.pk}_%s") if may_correct else None)
    return {"entry": entry, "may_withdraw": may_withdraw, "form": form, "open": wrong is not None}


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


def _entry(request: SubmissionRequest, entry: int) -> Entry:
    """The entry with this number on this receipt. Raises Http404, and PermissionDenied for who only may read."""
    row = Entry.objects.filter(submission=request.submission, pk=entry).first()
    if row is None:
        raise Http404
    if not request.may_change:
        raise PermissionDenied
    return row


@in_submission
@require_POST
def withdraw(request: SubmissionRequest, entry: int) -> HttpResponse:
    """Take an entry out; its place goes to the first who waits."""
    row = _entry(request, entry)
    try:
        entry_actions.withdraw(entry=row, by=request.user, at=request.clock, by_organizer=request.by_host)
    except Refused as refusal:
        if refusal.code != "already_withdrawn":
            return _page(request, said=say(refusal))
    return _back(request, row)


@in_submission
@require_POST
def correct(request: SubmissionRequest, entry: int) -> HttpResponse:
    """Change the declared time of an entry; its place in the order stays."""
    row = _entry(request, entry)
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
    return _back(request, row)


def _back(request: SubmissionRequest, entry: Entry) -> HttpResponse:
    address = reverse("entry:receipt", args=[request.submission.reference])
    return HttpResponseRedirect(f"{address}#entry-{entry.pk}", status=SEE_OTHER)


@in_team
@require_safe
def submissions(request: TeamRequest) -> HttpResponse:
    """What the team sent, at every host, newest first."""
    with across_tenants():
        page = Paginator(submissions_of(request.team), PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page.object_list)
    return render(request, "entry/submissions.html", {"team": request.team, "page": page, "submissions": rows})
