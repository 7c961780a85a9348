"""Making heats anew whose lists were out already: a page that says who would move, and does it as it was looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from entries.heat.actions import Places, Seeded, places_in, places_of, seed_heats, token_of, would_move
from entries.heat.forms import RecutForm
from entries.heat.programme_context import named
from entries.heat.queries import last_version
from entries.heat.what_if import MOST_NAMED, Mover
from entries.heat.wording import where_and_when
from entries.meet.desk import meet_at_desk
from entries.meet.models import Meet, Race
from tenants.desk.base import user_of
from tenants.desk.composed import ComposedAdmin
from tenants.refusal import Refused
from tenants.wording import say


@dataclass(frozen=True, slots=True)
class Recut:
    """What making heats anew would change: who moves, the first of them by name, who is new and who goes off the lists."""

    token: str
    standing: int
    moving: int
    coming: int
    going: int
    movers: list[Mover]

    @property
    def is_any(self) -> bool:
        return bool(self.moving or self.coming or self.going)


def recut(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page and its button."""
    return _recut(request, desk, object_id)


@require_http_methods(["GET", "HEAD", "POST"])
def _recut(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    meet = meet_at_desk(desk, request, object_id)
    if last_version(meet) is None:  # then the programme's own button makes them
        return HttpResponseRedirect(_programme(meet))
    races = list(Race.objects.filter(meet=meet).in_programme_order())
    race = _chosen(races, request.POST.get("race") or request.GET.get("race", ""))
    form = RecutForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, meet, races, race, form, status=422 if request.method == "POST" else 200)
    try:
        moved = _made_anew(request, meet, race, form.cleaned_data)
    except Refused as refusal:
        desk.message_user(request, say(refusal), messages.ERROR)
        status = 409 if refusal.code == "recut_changed" else 422
        return _page(request, desk, meet, races, race, form, status=status)
    done = ngettext(
        "編成し直しました。組か腰ナンバーが変わった選手 %(count)d名。次の版を公開するとチームに知らせます。",
        "編成し直しました。組か腰ナンバーが変わった選手 %(count)d名。次の版を公開するとチームに知らせます。",
        moved,
    )
    desk.message_user(request, done % {"count": moved}, messages.SUCCESS)
    return HttpResponseRedirect(_programme(meet))


def _programme(meet: Meet) -> str:
    return reverse("admin:entries_meet_programme", args=[meet.pk])


def _chosen(races: Sequence[Race], text: str) -> Race | None:
    """The race of this number; None for all. Raises Http404 for one that is not of the meet."""
    found = next((race for race in races if str(race.pk) == text), None)
    if text and found is None:
        raise Http404
    return found


def _made_anew(request: HttpRequest, meet: Meet, race: Race | None, values: Mapping[str, Any]) -> int:
    """How many moved. Raises Refused."""
    before = places_of(meet)
    made = seed_heats(
        meet=meet, by=user_of(request), at=timezone.now(), races=[race.pk] if race else None, recut=True,
        seen=values["seen"], why=values["why"],
    )  # fmt: skip
    return len(would_move(made, before))


def _page(
    request: HttpRequest,
    desk: ComposedAdmin,
    meet: Meet,
    races: Sequence[Race],
    race: Race | None,
    form: RecutForm,
    *,
    status: int,
) -> HttpResponse:
    shown = None
    try:
        made = seed_heats(
            meet=meet, by=None, at=timezone.now(), races=[race.pk] if race else None, recut=True, apply=False
        )
        shown = _shown(meet, races, made)
        form.remember(shown.token)
    except Refused as refusal:
        if status == 200:
            desk.message_user(request, say(refusal), messages.ERROR)
    values = {
        **desk.admin_site.each_context(request), "opts": desk.opts, "meet": meet, "title": _("公開後の再編成"), "races": races,
        "race": race, "form": form, "shown": shown, "most": MOST_NAMED, "back": _programme(meet),
    }  # fmt: skip
    return TemplateResponse(request, "admin/heat/recut.html", values, status=status)


def _shown(meet: Meet, races: Sequence[Race], made: Sequence[Seeded]) -> Recut:
    before, after = places_of(meet), places_in(made)
    moving, of_races = would_move(made, before), {one.race.pk for one in made}
    going = [entry for entry, place in before.items() if place[0] in of_races and entry not in after]
    people = {entry.pk: entry for entry in named(moving[:MOST_NAMED])}
    called = {race.pk: race.name_here for race in races}
    movers = [
        Mover(people[entry], _said(meet, called, before, entry), _said(meet, called, after, entry))
        for entry in moving
        if entry in people
    ]
    return Recut(token_of(made, before), len(after), len(moving), len(after.keys() - before.keys()), len(going), movers)


def _said(meet: Meet, called: Mapping[int, str], places: Places, entry: int) -> str:
    race, heat, hip = places[entry]
    return f"{called[race]} {where_and_when(meet, heat, hip, None)}"
