"""Public pages: home, meets, one meet, its public entry list. The same for everyone (see `decorators.same_for_everyone`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from entries.meet.competition import each_once
from entries.meet.decorators import MeetRequest, in_meet
from entries.meet.models import Meet, Race
from entries.meet.standing import Phase, countdown
from entries.news import context as meet_context
from entries.news import queries
from entries.news.decorators import PublicRequest, same_for_everyone

MEETS_ON_HOME, MEETS_A_PAGE, ENTRIES_A_PAGE = 12, 20, 100


@same_for_everyone()
def home(request: HttpRequest) -> HttpResponse:
    """Open and coming meets, and what the site is."""
    today = timezone.localdate()
    meets = list(queries.published_meets(today=today, phases=[Phase.OPEN, Phase.COMING])[:MEETS_ON_HOME])
    shown = _with_countdown(meets)
    context = {
        "open_meets": [item for item in shown if item["countdown"].phase == Phase.OPEN],
        "coming_meets": [item for item in shown if item["countdown"].phase == Phase.COMING],
    }
    return render(request, "news/home.html", context)


@same_for_everyone("show", "host", "q", "page")
def meets(request: PublicRequest) -> HttpResponse:
    """All published meets, grouped by phase; narrowed by phase, host and words."""
    asked = request.asked
    if asked["show"] not in Phase.values:
        asked["show"] = ""
    phases = [Phase(asked["show"])] if asked["show"] else list(Phase)
    found = queries.published_meets(today=timezone.localdate(), phases=phases, host=asked["host"], words=asked["q"])
    page = Paginator(found, MEETS_A_PAGE).get_page(asked["page"])
    shown = _with_countdown(list(page))
    context = {
        "page": page,
        "before": page.number - 1,
        "after": page.number + 1 if page.has_next() else 0,
        "shown": shown,
        "asked": asked,
        "phases": list(Phase),
        "host": _host(asked["host"], shown),
    }
    return render(request, "news/meets.html", context)


@same_for_everyone()
@in_meet
def meet(request: MeetRequest) -> HttpResponse:
    """One meet: everything that somebody needs who wants to enter, without signing in."""
    return render(request, "news/meet.html", page_of(request.meet))


def page_of(row: Meet) -> dict[str, Any]:
    """All that a meet's page shows. Needs `tenant` and `clock`."""
    today = timezone.localdate(timezone=row.zone)
    races, notices = queries.races_with_slots(row), queries.notices_of(row)
    until = countdown(row, today=today)
    return {
        "meet": row,
        "countdown": until,
        "over": not until.is_running,
        "cards": meet_context.cards(row, races),
        "others": each_once(race.competition for race in races),
        "timeline": meet_context.timeline(row, today=today),
        "timetable": meet_context.timetable(row, races),
        "important": [notice for notice in notices if notice.is_important],
        "notices": [notice for notice in notices if not notice.is_important],
        "address": address_of(row),
        "start_lists": reverse("news:start_lists", args=[row.tenant.slug, row.slug]) if row.has_start_lists else "",
    }


def entry_list(request: HttpRequest, **address: str) -> HttpResponse:
    """The public entry list, hidden from search engines; 404 unless the organizer publishes it."""
    response = _entry_list(request, **address)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@same_for_everyone("race", "q", "page")
@in_meet
def _entry_list(request: MeetRequest) -> HttpResponse:
    row, asked = request.meet, request.asked  # type: ignore[attr-defined]
    if not row.entry_list_public:
        raise Http404
    races = queries.races_of(row)
    race = chosen_race(races, asked)
    number = _page_number(asked["page"])
    found = queries.listed_entries(row, race=race, words=asked["q"])
    first = (number - 1) * ENTRIES_A_PAGE
    entries = list(found[first : first + ENTRIES_A_PAGE + 1])
    context = {
        "meet": row,
        "races": races,
        "race": race,
        "is_unknown": bool(asked["race"]) and race is None,
        "asked": asked,
        "entries": entries[:ENTRIES_A_PAGE],
        "number": number,
        "before": number - 1,
        "after": number + 1 if len(entries) > ENTRIES_A_PAGE else 0,
        "address": address_of(row),
        "here": reverse("news:entries", args=[row.tenant.slug, row.slug]),
    }
    return render(request, "news/entries.html", context)


def chosen_race(races: Sequence[Race], asked: Mapping[str, str]) -> Race | None:
    """The one that was asked for by its number; None when none was asked for, and for one that is not of these."""
    return next((race for race in races if str(race.pk) == asked["race"]), None)


def address_of(row: Meet) -> str:
    """Where the meet's page is. Needs `tenant` loaded."""
    return reverse("news:meet", args=[row.tenant.slug, row.slug])


def _with_countdown(rows: list[Meet]) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "meet": row,
            "countdown": countdown(row, today=today),
            "address": address_of(row),
            "races": list(row.races.all()),
        }
        for row in rows
    ]


def _page_number(text: str) -> int:
    """From 1 to 9999; whatever cannot be read is the first page."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _host(slug: str, shown: list[dict[str, Any]]) -> str:
    """The host's name, when the list is narrowed to a host that has a meet here; else what was asked for."""
    return str(shown[0]["meet"].tenant.name) if slug and shown else slug
