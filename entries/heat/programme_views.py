"""The programme desk of a meet (contract 7): its races with their heats, the board of one race, and what is changed there."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from entries.heat import bib_views, timetable_views, what_if
from entries.heat.actions import change_settings, seed_heats
from entries.heat.board_buttons import BUTTONS
from entries.heat.board_typed import TypedOnBoard, pressed_in, typed_on_board
from entries.heat.forms import BoardForm, SeedingForm, read_board
from entries.heat.models import PIN_WORDS, RaceSeeding
from entries.heat.programme_context import (
    MOST_READ,
    RaceLine,
    board_of,
    changes_of,
    lines_of,
    pins_on,
    pins_shown,
    publication_of,
)
from entries.heat.programme_warnings import warnings_of
from entries.heat.publication import publish
from entries.heat.queries import bibs_of, proposed_bibs
from entries.heat.rules import may_change, may_seed
from entries.heat.wording import CHANGES
from entries.meet.desk import meet_at_desk
from entries.meet.models import Meet
from tenants.desk.base import is_id, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.refusal import Refused
from tenants.wording import say

STALE = ("board_changed", "board_changed_somehow")
BACK_TO = {"seed": "", "publish": "", "assign_bibs": "bibs", "confirm_bibs": "bibs", "decline_bib": "bibs"}
"""Buttons that are not the board's, and the part of the page that they lead back to."""


def programme(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page, and every button on it."""
    return _programme(request, desk, object_id)


@require_http_methods(["GET", "HEAD", "POST"])
def _programme(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    meet = meet_at_desk(desk, request, object_id)
    lines = lines_of(meet)
    chosen = _chosen(lines, request.POST.get("race") or request.GET.get("race", ""))
    if request.method != "POST":
        return _page(request, desk, meet, lines, chosen)
    if chosen and ("settings" in request.POST or "what_if" in request.POST):
        return _settings(request, desk, meet, lines, chosen)
    if "ranges" in request.POST:
        return _ranges(request, desk, meet, lines, chosen)
    if timetable_views.is_asked(request):
        return _timetable(request, desk, meet, lines, chosen)
    try:
        said = _do(request, meet, chosen)
    except Refused as refusal:
        desk.message_user(request, say(refusal), messages.ERROR)
        status = 409 if refusal.code in STALE else 422
        return _page(request, desk, meet, lines_of(meet), chosen, typed=typed_on_board(request.POST), status=status)
    desk.message_user(request, said, messages.SUCCESS)
    place = next((place for button, place in BACK_TO.items() if button in request.POST), "board")
    return HttpResponseRedirect(_address(meet, chosen, place))


def _chosen(lines: list[RaceLine], text: str) -> RaceLine | None:
    """The race of this number, else the first. Raises Http404 for one that is not of the meet."""
    if not text:
        return lines[0] if lines else None
    for line in lines:
        if is_id(text) and line.race.pk == int(text):
            return line
    raise Http404


def _address(meet: Meet, chosen: RaceLine | None, place: str = "board") -> str:
    page = reverse("admin:entries_meet_programme", args=[meet.pk])
    page = f"{page}?race={chosen.race.pk}" if chosen else page
    return f"{page}#{place}" if place else page


def _do(request: HttpRequest, meet: Meet, chosen: RaceLine | None) -> str:
    """What the pressed button says; what is said then. Raises Refused, Http404."""
    by, at = user_of(request), timezone.now()
    if "seed" in request.POST:
        seed_heats(meet=meet, by=by, at=at)
        return _("すべての種目を編成しました。")
    if "seed_race" in request.POST and chosen:
        seed_heats(meet=meet, by=by, at=at, races=[chosen.race.pk])
        return _("「%(race)s」を編成しました。") % {"race": chosen.race.name_here}
    if "publish" in request.POST:
        version = publish(meet=meet, by=by, at=at)
        return _("第%(number)s版を公開しました。変更のあったチームにメールでお知らせします。") % {
            "number": version.number
        }
    if "assign_bibs" in request.POST:
        return bib_views.give_all(request, meet)
    if "confirm_bibs" in request.POST or "decline_bib" in request.POST:
        return bib_views.answer_proposals(request, meet)
    if chosen is None:
        raise Refused("choose_runners")
    values, pressed = read_board(request.POST, heats=len(chosen.bars)), pressed_in(request.POST)
    if pressed == "set_bib":
        return bib_views.give_one(request, meet, values["start"])
    if pressed not in BUTTONS:
        raise Http404
    return BUTTONS[pressed](request, chosen, values)


def _settings(
    request: HttpRequest, desk: ComposedAdmin, meet: Meet, lines: list[RaceLine], chosen: RaceLine
) -> HttpResponse:
    """Keep how the race is cut, or show what it would mean."""
    row = RaceSeeding.objects.filter(race=chosen.race).first() or RaceSeeding(
        race=chosen.race, tenant_id=chosen.race.tenant_id
    )
    row.race = chosen.race
    form = SeedingForm(request.POST, instance=row)
    if not form.is_valid():
        return _page(request, desk, meet, lines, chosen, form=form, status=422)
    if "what_if" in request.POST:
        compared = what_if.compare(meet, lines, form.instance, form.cleaned_data["per_heat"])
        return _page(request, desk, meet, lines, chosen, form=form, compared=compared)
    fields = [name for name in form.changed_data if name != "per_heat"]
    change_settings(row=form.instance, fields=fields, per_heat=form.cleaned_data["per_heat"], by=user_of(request))
    desk.message_user(request, _("編成の条件を保存しました。編成し直すと反映されます。"), messages.SUCCESS)
    return HttpResponseRedirect(_address(meet, chosen))


def _timetable(
    request: HttpRequest, desk: ComposedAdmin, meet: Meet, lines: list[RaceLine], chosen: RaceLine | None
) -> HttpResponse:
    """Show what the start times would be, or write them."""
    found = timetable_views.answer(request, meet)
    if found.done:
        desk.message_user(request, found.done, messages.SUCCESS)
        return HttpResponseRedirect(_address(meet, chosen, "timetable"))
    if found.refusal:
        desk.message_user(request, say(found.refusal), messages.ERROR)
    return _page(request, desk, meet, lines, chosen, timetable=found, status=found.status)


def _ranges(
    request: HttpRequest, desk: ComposedAdmin, meet: Meet, lines: list[RaceLine], chosen: RaceLine | None
) -> HttpResponse:
    """Keep from which ranges numbers come."""
    forms = bib_views.range_forms(meet, _names(lines), request.POST)
    try:
        is_kept = bib_views.keep_ranges(meet, forms, request)
    except Refused as refusal:
        desk.message_user(request, say(refusal), messages.ERROR)
        is_kept = False
    if not is_kept:
        return _page(request, desk, meet, lines, chosen, ranges=forms, status=422)
    desk.message_user(request, _("ナンバーカードの範囲を保存しました。"), messages.SUCCESS)
    return HttpResponseRedirect(_address(meet, chosen, "bibs"))


def _names(lines: list[RaceLine]) -> list[tuple[int, str]]:
    return [(line.race.pk, line.race.name_here) for line in lines]


def _page(
    request: HttpRequest,
    desk: ComposedAdmin,
    meet: Meet,
    lines: list[RaceLine],
    chosen: RaceLine | None,
    *,
    form: SeedingForm | None = None,
    compared: what_if.Compared | None = None,
    ranges: Any = None,
    timetable: timetable_views.Answer | None = None,
    typed: TypedOnBoard | None = None,
    status: int = 200,
) -> HttpResponse:
    at, bibs, warnings = timezone.now(), bibs_of(meet), warnings_of(meet, lines)
    publication = publication_of(meet, bibs, lines)
    chosen = next((line for line in lines if chosen and line.race.pk == chosen.race.pk), None)
    values = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "meet": meet,
        "title": _("番組編成"),
        "lines": lines,
        "chosen": chosen,
        "may_seed": may_seed(meet, at=at, went_out=publication.version is not None),
        "may_change": may_change(meet, at=at),
        "publication": publication,
        "compared": compared,
        "ranges": ranges or bib_views.range_forms(meet, _names(lines)),
        "numbered": len(bibs),
        "proposals": list(proposed_bibs(meet)[: MOST_READ + 1]),
        "timetable": timetable or timetable_views.untouched(meet, [line.times for line in lines]),
        "warnings": warnings,
        "wants_times": any(group.is_about_times for group in warnings),
        "is_made": any(line.bars for line in lines),
    }
    if chosen:
        values |= {**_of_race(chosen, bibs, form), "typed": typed or TypedOnBoard()}
    return TemplateResponse(request, "admin/heat/programme.html", values, status=status)


def _of_race(chosen: RaceLine, bibs: Mapping[int, int], form: SeedingForm | None) -> dict[str, Any]:
    """What the page shows of the chosen race."""
    chosen.starters.seeding.race = chosen.race
    pins = pins_on(chosen.race)
    return {
        "columns": board_of(chosen, bibs, pins),
        "absent": chosen.absent[:MOST_READ],
        "pins": pins_shown(pins),
        "changes": list(changes_of(chosen.race)),
        "form": form or SeedingForm(instance=chosen.starters.seeding),
        "board_form": BoardForm(initial={"version": chosen.version}),
        "kinds": PIN_WORDS,
        "said": CHANGES,
    }
