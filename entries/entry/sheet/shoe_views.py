"""Finding a shoe for a row of the sheet: suggestions while typing, and a page that does the same without a script."""

from typing import Any, NamedTuple

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.shoes.queries import Judge, Shoe, judge_of_host, shoes_by_id
from catalog.shoes.search import find
from catalog.shoes.wording import Said, said
from entries.entry.queries import races_of
from entries.entry.sheet.forms import ShoesForm
from entries.entry.shoes import verdict_in
from entries.meet.decorators import MeetRequest, in_meet
from entries.meet.models import Race
from entries.roster.models import Team
from tenants.decorators import signed_in


class Found(NamedTuple):
    """A shoe and what the rules say of it in the asked race; None when no race was asked for."""

    shoe: Shoe
    said: Said | None

    def as_json(self) -> dict[str, Any]:
        """As `static/js/shoe_picker.js` reads it."""
        said = self.said._asdict() if self.said else None
        return {"id": str(self.shoe.pk), "key": self.shoe.key, "name": self.shoe.name, "said": said}


@signed_in
@in_meet
@require_safe
def shoes(request: MeetRequest) -> HttpResponse:
    """Shoes of the meet's host in which all words of `q` stand, or the one with `id`, with the verdict for `race`.

    JSON for who accepts no page. For people who enter: whoever manages a team; unknown to all others.
    """
    if not Team.objects.managed_by(request.user).exists():
        raise Http404
    wants_json = not request.accepts("text/html")
    form = ShoesForm(request.GET)
    if not form.is_valid():
        if wants_json:
            return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
        return render(request, "entry/shoes.html", {"meet": request.meet, "form": form}, status=400)
    races = races_of(request.meet)
    race = races.get(form.cleaned_data["race"]) or _as_any(list(races.values()))
    ids, more = _asked(form)
    found = _judged(ids, race)
    if wants_json:
        return JsonResponse({"items": [one.as_json() for one in found], "more": more})
    in_order = sorted(races.values(), key=lambda one: (one.position, one.pk))
    values = {"meet": request.meet, "form": form, "races": in_order, "race": race, "found": found, "more": more}
    return render(request, "entry/shoes.html", values)


def _asked(form: ShoesForm) -> tuple[list[int], bool]:
    if form.cleaned_data["id"]:
        return [form.cleaned_data["id"]], False
    hits, more = find(form.cleaned_data["q"])
    return [hit.pk for hit in hits], more


def _as_any(races: list[Race]) -> Race | None:
    """A race that stands for all of the meet, while none is chosen: there is one when all are of one kind and day."""
    kinds = {(race.course, race.held_on or race.meet.starts_on) for race in races}
    return min(races, key=lambda race: race.distance_m) if len(kinds) == 1 else None


def _judged(ids: list[int], race: Race | None) -> list[Found]:
    shoes = shoes_by_id(ids)
    judging = judge_of_host() if race and shoes else Judge()
    known = [shoes[pk] for pk in ids if pk in shoes]
    return [Found(shoe, said(verdict_in(race, shoe, judging)) if race else None) for shoe in known]
