"""The three files that FinishLynx reads before a meet (reference 2.1): people, events with their runners, and the schedule.

Lines end with CR LF. A runner without a bib has the id 0, as the program wants it; who withdrew is left out. The lane is the hip
number, and the first user field carries the number of the start, by which a result finds its way back.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from django.utils.translation import gettext

from entries.heat.start_list import WITHDRAWN, Listed, start_list_of
from entries.meet.models import Meet, Race
from entries.report.timing_files import Row, TimingFiles


def lynx_files(meet: Meet) -> TimingFiles:
    """The files in the meet's encoding, with names in Latin letters where the meet wants them and the roster has them."""
    starts = [one for one in start_list_of(meet) if one.state != WITHDRAWN]
    races = {race.pk: (number, race) for number, race in enumerate(_races(meet), 1)}
    heats = [list(group) for _, group in groupby(starts, key=lambda one: (one.race, one.heat))]
    made = TimingFiles(meet.timing_encoding, starts=len(starts), heats=len(heats))
    made.add("lynx.ppl", _people(starts, meet))
    made.add("lynx.evt", [row for heat in heats for row in _event(heat, races[heat[0].race], meet)])
    made.add("lynx.sch", _schedule(heats, races))
    bare = Counter(races[one.race][1].name_here for one in starts if one.bib is None)
    made.notes = [
        gettext("%(race)s: ナンバーカードのない選手%(count)s名はIDが0です。") % {"race": race, "count": count}
        for race, count in bare.items()
    ]
    return made


def _races(meet: Meet) -> Iterable[Race]:
    return Race.objects.filter(meet=meet).select_related("competition").in_programme_order()


def _event_name(race: Race, *, latin: bool) -> str:
    """The race under its competition's title, where that is not the meet's: the format has no other place for it."""
    other = race.competition
    title = "" if other is None else (other.title_en if latin and other.title_en else other.title)
    return f"{title} {race.name_en if latin and race.name_en else race.name}".strip()


def _people(starts: Iterable[Listed], meet: Meet) -> list[Row]:
    """ID, last, first, affiliation, license, user1: each athlete once."""
    people = {one.athlete: one for one in starts}
    return [[one.bib or 0, *_names(one, meet), one.team_short, "", one.athlete] for one in people.values()]


def _event(heat: Sequence[Listed], race: tuple[int, Race], meet: Meet) -> list[Row]:
    """The header of a heat, and a line for each runner, which begins with a comma."""
    number, of = race
    first = heat[0]
    name = _event_name(of, latin=meet.timing_romaji)
    begins = f"{first.starts_at.astimezone(meet.zone):%H:%M}" if first.starts_at else ""
    header: list[object] = [
        number,
        1,
        first.heat,
        f"{name} {first.heat}",
        "",
        "",
        "",
        "",
        "",
        of.distance_m,
        begins,
        "",
        "",
    ]
    return [header, *(_runner(one, meet) for one in heat)]


def _runner(one: Listed, meet: Meet) -> Row:
    """ID, lane, last, first, affiliation, time, license, delta, reaction, splits, start, user1."""
    return ["", one.bib or 0, one.hip_number or "", *_names(one, meet), one.team_short, *[""] * 6, one.start]


def _schedule(heats: Iterable[Sequence[Listed]], races: dict[int, tuple[int, Race]]) -> list[Row]:
    """Event, round, heat by time; heats without one come last."""

    latest = datetime.max.replace(tzinfo=UTC)
    in_order = sorted(heats, key=lambda heat: (heat[0].starts_at or latest, races[heat[0].race][0], heat[0].heat))
    return [[races[heat[0].race][0], 1, heat[0].heat] for heat in in_order]


def _names(one: Listed, meet: Meet) -> tuple[str, str]:
    """Family and given name; a single name is the family name. In Latin letters the family name is the part in capitals."""
    if meet.timing_romaji and one.romaji:
        words = one.romaji.split()
        first = next((place for place, word in enumerate(words) if place and word.isupper()), len(words))
        given, family = " ".join(words[:first]), " ".join(words[first:])
        return (family, given) if family else (given, "")
    family, _, given = one.name.partition(" ")
    return family, given
