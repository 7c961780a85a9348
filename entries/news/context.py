"""A meet's page in the shape in which it is drawn: race cards, timeline, timetable. Computed from loaded rows alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entries.entry.rules import takes_still
from entries.meet.gauge import Gauge
from entries.meet.models import STATE_ORDER, Meet, Race, State
from entries.meet.rules import has_come_to
from entries.meet.standing import closed_early
from entries.meet.wording import days_of, short_moment, short_until

FEW_LEFT = 10
"""A tenth of the places or less are few: a coach with a whole team should know before filling in the sheet."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a race stands: a word for the chip, and the chip's kind (ok, wait, off, bad)."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class RaceCard:
    """A race with its gauge and its status."""

    race: Race
    gauge: Gauge
    status: Status | None
    planned: list[tuple[datetime, int]]


def cards(meet: Meet, races: list[Race]) -> list[RaceCard]:
    """One card for each race; `races` come from `queries.races_with_slots`."""
    is_open, paused = meet.takes_entries_at(meet.clock), meet.entries_paused_at is not None
    return [
        RaceCard(race, Gauge.of(race), status(race, is_open=is_open, paused=paused), sorted(vars(race)["planned"]))
        for race in races
    ]


def status(race: Race, *, is_open: bool, paused: bool = False) -> Status | None:
    """What an entry would get now; None outside the entry window. `paused`: the whole meet takes none for now. It is a
    hint: the ticket decides."""
    if not is_open:
        return None
    if race.paused_at is not None or paused:
        return Status("off", _("一時停止中"))
    if race.free_places is None:
        return Status("ok", _("受付中"))
    if race.free_places > 0:
        few = race.places is not None and race.free_places * FEW_LEFT <= race.places
        return Status("wait", _("残りわずか")) if few else Status("ok", _("受付中"))
    if takes_still(race) == 0:
        return Status("bad", _("満員"))
    return Status("wait", _("補欠待ちで受付"))


@dataclass(frozen=True, slots=True)
class Step:
    """A point on the meet's timeline: `done`, `now` or `later`."""

    name: str
    when: str
    stage: str


def timeline(meet: Meet, *, today: date) -> list[Step]:
    """From the opening of entries to the results. The last step that has begun is the one that is now."""
    reached = STATE_ORDER.index(State(meet.state))
    begun = [
        (_("公開"), "", True),
        (_("申込開始"), short_moment(meet, meet.entries_open_at), meet.clock >= meet.entries_open_at),
        (
            _("申込締切"),
            "" if closed_early(meet, at=meet.clock) else short_until(meet, meet.entries_close_at),
            reached >= STATE_ORDER.index(State.ENTRIES_CLOSED) or meet.clock >= meet.entries_close_at,
        ),
        (_("スタートリスト"), "", has_come_to(meet, State.START_LISTS_OUT)),
        (_("大会当日"), days_of(meet), today >= meet.starts_on),
        (_("結果公開"), "", has_come_to(meet, State.RESULTS_OUT)),
    ]
    last = max(number for number, (_name, _when, has_begun) in enumerate(begun) if has_begun)
    return [
        Step(name, when, "now" if number == last else "done" if number < last else "later")
        for number, (name, when, _has_begun) in enumerate(begun)
    ]


@dataclass(frozen=True, slots=True)
class Lane:
    """A race's heats on one day: where each stands on the day's drawing, in per cent, and its first and last time."""

    race: Race
    marks: list[float]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the timetable: hours of the drawing, lanes of the races, and every heat in order of time."""

    name: str
    hours: list[tuple[float, int]]
    lanes: list[Lane]
    heats: list[tuple[str, Race, int]]


def timetable(meet: Meet, races: list[Race]) -> list[Day]:
    """The planned heats by day, in the meet's zone."""
    slots = sorted(
        (
            (at.astimezone(meet.zone), place, number, race)
            for place, race in enumerate(races)
            for at, number in vars(race)["planned"]
        ),
        key=lambda slot: slot[:3],
    )
    return [_day(list(of_day)) for _date, of_day in groupby(slots, key=lambda slot: slot[0].date())]


def _day(slots: list[tuple[datetime, int, int, Race]]) -> Day:
    """The drawing begins and ends on a full hour; three hours at most stand between two of its lines."""
    begins = slots[0][0].replace(minute=0, second=0, microsecond=0)
    length = max(-(-(slots[-1][0] - begins).total_seconds() // 3600), 1)
    step = 1 if length <= 6 else 2 if length <= 14 else 3

    def where(at: datetime) -> float:
        return round((at - begins).total_seconds() / 36 / length, 2)

    lanes: dict[int, tuple[Race, list[datetime]]] = {}
    for at, _place, _number, race in slots:
        lanes.setdefault(race.pk, (race, []))[1].append(at)
    hours = [begins + timedelta(hours=hour) for hour in range(0, int(length) + 1, step)]
    return Day(
        name=date_format(slots[0][0], _("Y/n/j (D)")),
        hours=[(where(at), at.hour) for at in hours],
        lanes=[
            Lane(race, [where(at) for at in times], f"{times[0]:%H:%M}", f"{times[-1]:%H:%M}")
            for race, times in lanes.values()
        ],
        heats=[(f"{at:%H:%M}", race, number) for at, _place, number, race in slots],
    )
