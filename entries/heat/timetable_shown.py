"""How start times before and after are shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entries.heat.run_time import Planned, overlaps, rounded_up
from entries.heat.timetable import Filled, RaceTimes, ends_by_day
from entries.meet.models import Meet, Race
from entries.meet.wording import clock, short_moment, start_said


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A heat before and after. `lasts` are minutes on the track."""

    number: int
    before: str
    after: str
    lasts: int
    is_changed: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class RaceRow:
    """A race before and after: its first and last start, and how many heats change."""

    race: Race
    before: str
    after: str
    changed: int
    removed: int
    heats: Sequence[HeatRow]


@dataclass(frozen=True, slots=True)
class Shown:
    """What would become of the timetable."""

    rows: Sequence[RaceRow]
    ends: Sequence[tuple[str, str, str]]
    """Of each day: which, when its last runner is in now, and then."""
    clashes: Sequence[str]
    changed: int
    removed: int
    went_out: bool


def shown(meet: Meet, found: Filled, *, went_out: bool) -> Shown:
    """Before and after, in words; `went_out` says that lists are out."""
    changed = set(found.changed)
    rows = [
        _race_row(meet, found, one, {number for race, number in changed if race == one.race.pk}) for one in found.read
    ]
    names = names_of(found.read)
    return Shown(
        rows=[row for row in rows if row.heats or row.removed],
        ends=list(ends_shown(meet, found.now.values(), found.then.values())),
        clashes=[clash_said(meet, names, one, other) for one, other in overlaps(found.then.values())],
        changed=len(changed),
        removed=len(found.left_over),
        went_out=went_out,
    )


class OfRace(Protocol):
    """Whatever is about one race."""

    @property
    def race(self) -> Race: ...


def names_of(lines: Sequence[OfRace]) -> dict[int, str]:
    """What the races are called."""
    return {line.race.pk: line.race.name_here for line in lines}


def clash_said(meet: Meet, names: Mapping[int, str], one: Planned, other: Planned) -> str:
    """Two heats of which the other goes off while the one still runs."""
    return _("%(one)s（%(ends)sまで）と%(other)s（%(starts)s）が重なります。") % {
        "one": heat_named(names, one),
        "other": heat_named(names, other),
        "ends": clock(meet, rounded_up(one.ends_at, 1)),
        "starts": clock(meet, other.starts_at),
    }


def heat_named(names: Mapping[int, str], one: Planned) -> str:
    """`男子5000m 3組`."""
    return _("%(race)s %(heat)s組") % {"race": names[one.run.race], "heat": one.run.number}


def _race_row(meet: Meet, found: Filled, one: RaceTimes, changed: set[int]) -> RaceRow:
    heats = []
    for heat in one.heats:
        key = (one.race.pk, heat.number)
        now, then = found.now.get(key), found.then[key]
        heats.append(
            HeatRow(
                number=heat.number,
                before=start_said(meet, now.starts_at) if now else "",
                after=start_said(meet, then.starts_at),
                lasts=-(-int(then.run.runs_for.total_seconds()) // 60),
                is_changed=heat.number in changed,
                is_fixed=then.run.fixed is not None,
            )
        )
    before = [slot.starts_at for slot in one.slots.values()]
    after = [found.then[one.race.pk, heat.number].starts_at for heat in one.heats]
    return RaceRow(one.race, _span(meet, before), _span(meet, after), len(changed), len(one.left_over), heats)


def _span(meet: Meet, starts: Sequence[datetime]) -> str:
    """`5/1 (土) 9:00–11:20`, of more than one day both in full; empty for none."""
    if not starts:
        return ""
    first, last = min(starts), max(starts)
    if len(starts) == 1:
        return short_moment(meet, first)
    is_one_day = first.astimezone(meet.zone).date() == last.astimezone(meet.zone).date()
    return f"{short_moment(meet, first)}–{clock(meet, last) if is_one_day else short_moment(meet, last)}"


def ends_shown(meet: Meet, now: Iterable[Planned], then: Iterable[Planned]) -> Iterator[tuple[str, str, str]]:
    """Of each day its date, and when its last runner is in now and then."""
    ends = [ends_by_day(planned, meet) for planned in (now, then)]
    for day in sorted({*ends[0], *ends[1]}):
        before, after = (clock(meet, rounded_up(known[day], 1)) if day in known else "–" for known in ends)
        yield date_format(day, _("n/j (D)")), before, after


def race_ends(meet: Meet, planned: Iterable[Planned], race: Race) -> str:
    """When the last runner of the race is in; empty without heats."""
    last = max((one.ends_at for one in planned if one.run.race == race.pk), default=None)
    return short_moment(meet, rounded_up(last, 1)) if last else ""
