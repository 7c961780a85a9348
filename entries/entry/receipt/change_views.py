"""Another race for an entry, chosen on a page that says first what it would get there."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from entries.entry import entry_actions, rules
from entries.entry.models import Entry, EntryState
from entries.entry.queries import pairs_held, races_of
from entries.entry.receipt.decorators import SubmissionRequest, in_submission
from entries.entry.receipt.entry_here import back, entry_here
from entries.entry.sheet.forms import TimesForm
from entries.entry.sheet.sheet_layout import may_choose
from entries.entry.sheet_rows import id_of
from entries.marks import format_time
from entries.meet.models import Race
from entries.meet.wording import until
from tenants.refusal import Refused
from tenants.wording import say

Choice = dict[str, object]


@in_submission
@require_http_methods(["GET", "HEAD", "POST"])
def change_race(request: SubmissionRequest, entry: int) -> HttpResponse:
    """GET shows the races with what an entry would get in each; POST withdraws here and enters there, both or none."""
    row = entry_here(request, entry)
    races = races_of(request.submission.meet)
    if request.method != "POST":
        times = {name: format_time(getattr(row, name)) for name in ("seed_time", "personal_best")}
        return _page(request, row, races, TimesForm(initial=times))
    form = TimesForm(request.POST)
    race = races.get(id_of(request.POST.get("race", "")))
    if race is None or not form.is_valid():
        wrong = "race_unknown" if request.POST.get("race") else "race_not_chosen"
        return _page(request, row, races, form, said="" if race else say(Refused(wrong)))
    try:
        new = entry_actions.change_race(
            entry=row,
            to=race,
            seed_time=form.cleaned_data["seed_time"],
            personal_best=form.cleaned_data["personal_best"],
            may_wait=f"{race.pk}" in request.POST.get("told_to_wait", "").split(","),
            by=request.user,
            at=request.clock,
        )
    except Refused as refusal:
        return _page(request, row, races_of(request.submission.meet), form, refused=refusal)
    return _done(request, row, new)


def _done(request: SubmissionRequest, left: Entry, new: Entry) -> HttpResponse:
    shown = Entry.objects.with_state().with_position().get(pk=new.pk)
    text = (
        _("%(who)sの種目を「%(left)s」から「%(race)s」に変更しました。出場できます。")
        if shown.state == EntryState.ACCEPTED
        else _("%(who)sの種目を「%(left)s」から「%(race)s」に変更しました。補欠待ち%(position)s番目です。")
    )
    return back(request, new, text, left=left.race.name_here, position=f"{shown.waiting_position}")


def _page(
    request: SubmissionRequest,
    entry: Entry,
    races: dict[int, Race],
    form: TimesForm,
    *,
    said: str = "",
    refused: Refused | None = None,
) -> HttpResponse:
    asked = id_of(request.POST.get("race", ""))
    if refused is not None:
        wrong = rules.time_refusals(races[asked], form.cleaned_data["seed_time"], form.cleaned_data["personal_best"])
        beside = [name for name, refusal in wrong.items() if refusal.code == refused.code]
        for name in beside:
            form.add_error(name, say(wrong[name]))
        said = "" if beside else say(refused)
    choices = [_choice(race, chosen=asked) for race in _open_to(entry, races.values(), _held(request, entry))]
    values = {
        "submission": request.submission,
        "meet": request.submission.meet,
        "entry": entry,
        "form": form,
        "said": said,
        "choices": choices,
        "told_to_wait": ",".join(f"{choice['pk']}" for choice in choices if choice["waits"]),
        "closes": until(request.submission.meet, request.submission.meet.entries_close_at),
        "possible": request.submission.meet.takes_entries_at(request.clock) and not entry.withdrawn_at and entry.ticket,
    }
    return render(request, "entry/change_race.html", values, status=422 if said or form.errors else 200)


def _held(request: SubmissionRequest, entry: Entry) -> set[int]:
    held = pairs_held(request.submission.meet, request.submission.team)
    return {race for athlete, race in held if athlete == entry.athlete_id} | {entry.race_id}


def _open_to(entry: Entry, races: Iterable[Race], held: set[int]) -> list[Race]:
    """The races which this athlete could enter instead, in programme order."""
    fit = [race for race in races if race.pk not in held and may_choose(race, entry.athlete.sex)]
    return sorted(
        (race for race in fit if race.paused_at is None and rules.takes_still(race) != 0),
        key=lambda race: (race.position, race.pk),
    )


def _choice(race: Race, *, chosen: int) -> Choice:
    """What the page says of a race: the same numbers by which a ticket would be judged now."""
    waits = race.free_places == 0
    return {
        "pk": race.pk,
        "race": race,
        "waits": waits,
        "position": race.waiting_count + 1 if waits else 0,
        "free": race.free_places,
        "chosen": race.pk == chosen,
    }
