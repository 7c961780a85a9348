"""Start lists in public, once the organizer has put them out: the whole list, one athlete's starts, CSV, and one's own team's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from entries.heat.models import ListVersion
from entries.heat.queries import last_version
from entries.heat.start_list import WITHDRAWN, Listed, start_list_of, why_of
from entries.heat.versions import compare
from entries.heat.wording import Difference, differences
from entries.meet.decorators import MeetRequest, in_meet
from entries.meet.links import page_link
from entries.meet.models import Meet, Race
from entries.meet.wording import days_of
from entries.news import queries
from entries.news.decorators import same_for_everyone
from entries.news.start_list_context import by_race
from entries.news.views import address_of, chosen_race
from entries.report.public_programme import public_programme, want
from entries.report.start_list_csv import start_list_csv as table_of
from entries.roster.models import Team
from tenants.decorators import signed_in
from tenants.files.tables import CSV_TYPE

WHOLE = 5_000
"""So many starts stand on one page; a larger meet shows one race at a time."""


def start_lists(request: HttpRequest, **address: str) -> HttpResponse:
    """All starts by race and heat, or those that are searched for; 404 before they are out. Hidden from search engines."""
    return _not_indexed(_start_lists(request, **address))


@same_for_everyone("race", "q")
@in_meet
def _start_lists(request: MeetRequest) -> HttpResponse:
    meet, asked = request.meet, request.asked  # type: ignore[attr-defined]
    races = _races(meet)
    race = chosen_race(races, asked)
    is_unknown = bool(asked["race"]) and race is None
    if race is None and not asked["q"] and how_many(meet) > WHOLE:
        race = races[0]
    starts = start_list_of(meet, races=[race.pk] if race else None, words=asked["q"])
    if asked["q"]:
        starts = starts[:WHOLE]
    return _page(request, races, starts, asked=asked, race=race, is_unknown=is_unknown)


def how_many(meet: Meet) -> int:
    """The starts of the meet."""
    return queries.starts_of(meet).count()


def one_athlete(request: HttpRequest, **address: str) -> HttpResponse:
    """All starts of the athlete whose start this is, by an address to keep."""
    return _not_indexed(_one_athlete(request, **address))


@same_for_everyone()
@in_meet
def _one_athlete(request: MeetRequest, start: int) -> HttpResponse:
    races = _races(request.meet)
    athlete = queries.starts_of(request.meet).filter(pk=start).values_list("entry__athlete", flat=True).first()
    if athlete is None:
        raise Http404
    starts = start_list_of(request.meet, only=Q(entry__athlete=athlete))
    return _page(request, races, starts, who=starts[0])


@signed_in
@require_safe
@in_meet
def mine(request: MeetRequest) -> HttpResponse:
    """The starts of the reader's teams, each with the reason of its heat."""
    races = _races(request.meet)
    teams = list(Team.objects.managed_by(request.user))
    starts = start_list_of(request.meet, only=Q(entry__submission__team__in=teams)) if teams else []
    return _page(request, races, starts, is_mine=True, why=why_of(starts))


def _page(
    request: MeetRequest,
    races: Sequence[Race],
    starts: Sequence[Listed],
    *,
    why: dict[int, str] | None = None,
    **shown: Any,
) -> HttpResponse:
    meet = request.meet
    here, version = _here(meet), last_version(meet)
    values = {
        "meet": meet, "days": days_of(meet), "address": address_of(meet), "here": here, "races": races, "count": len(starts),
        "pdf": reverse("news:start_list_pdf", args=[meet.tenant.slug, meet.slug]),
        "version": version, "differences": _differences(version, starts) if version and version.number > 1 else [],
        "is_newer": bool(version and _since(version, starts)),
        "shown": by_race(meet, races, starts, here=here, query=page_link(""), why=why), **shown,
    }  # fmt: skip
    return render(request, "news/my_starts.html" if "is_mine" in shown else "news/start_lists.html", values)


def _differences(version: ListVersion, starts: Iterable[Listed]) -> list[Difference]:
    """What this version changed about those who are on the page: a race's page does not count the others."""
    before = ListVersion.objects.get(meet=version.meet_id, number=version.number - 1)
    names = {one.entry: one.name_here for one in starts}
    found = compare(before.starts, version.starts).items()
    return differences({kind: [one for one in entries if one in names] for kind, entries in found}, names)


def _to_the_minute(at: datetime | None) -> str | None:
    """As a version keeps it."""
    return at.isoformat(timespec="minutes") if at else None


def _since(version: ListVersion, starts: Iterable[Listed]) -> dict[str, list[int]]:
    """What became different on this page after the version: the board counts at once, and the next version is told later."""
    here = {one.entry: one for one in starts}
    now = [
        (one.entry, one.race, one.heat, one.hip_number, one.bib, _to_the_minute(one.starts_at))
        for one in here.values()
        if one.state != WITHDRAWN
    ]
    return compare([row for row in version.starts if row[0] in here], now)


def start_list_csv(request: HttpRequest, **address: str) -> HttpResponse:
    """The same as a table (contract 7): times of day in the meet's zone, empty where nothing is known."""
    return _as_file(
        _start_list_csv(request, **address), CSV_TYPE, f'attachment; filename="start-lists-{address["meet"]}.csv"'
    )


@same_for_everyone()
@in_meet
def _start_list_csv(request: MeetRequest) -> HttpResponse:
    _check_is_out(request.meet)
    return HttpResponse(table_of(request.meet))


def start_list_pdf(request: HttpRequest, **address: str) -> HttpResponse:
    """The programme; 404 before lists are out. Whoever is given an old one lets the worker set it anew."""
    answer = _start_list_pdf(request, **address)
    if getattr(request, "is_old", False):
        want(request.meet, [get_language() or "ja"], at=timezone.now())  # type: ignore[attr-defined]
    return _as_file(answer, "application/pdf", f'inline; filename="programme-{address["meet"]}.pdf"')


@same_for_everyone()
@in_meet
def _start_list_pdf(request: MeetRequest) -> HttpResponse:
    _check_is_out(request.meet)
    pdf, request.is_old = public_programme(request.meet, at=timezone.now())  # type: ignore[attr-defined]
    return HttpResponse(pdf)


def _races(meet: Meet) -> list[Race]:
    """The meet's races; 404 while its start lists are not out."""
    _check_is_out(meet)
    return queries.races_of(meet)


def _check_is_out(meet: Meet) -> None:
    if not meet.has_start_lists:
        raise Http404


def _here(meet: Meet) -> str:
    return reverse("news:start_lists", args=[meet.tenant.slug, meet.slug])


def _as_file(answer: HttpResponse, content_type: str, disposition: str) -> HttpResponse:
    answer.headers["Content-Type"], answer.headers["Content-Disposition"] = content_type, disposition
    return _not_indexed(answer)


def _not_indexed(answer: HttpResponse) -> HttpResponse:
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
