"""When the heats of a meet go off: how it is, and how it would be if the timetable were filled anew. Reads only."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self

from entries.heat.models import RaceSeeding
from entries.heat.queries import Standing, slots_by_race, starts_by_race
from entries.heat.run_time import GAP, Key, Planned, Run, fill, run_time
from entries.meet.models import Meet, Race, TimetableSlot
from entries.meet.programme import minutes_per_heat

FIRST_START = time(9)
"""When a day begins that has no start yet."""


class HeatTimes(NamedTuple):
    """What of a heat says how long it takes; nothing is known of one that is only planned."""

    number: int
    slowest: int | None = None
    without_time: bool = True

    @classmethod
    def of(cls, number: int, times: Sequence[int | None]) -> Self:
        """A heat of runners who declared these times."""
        return cls(number, max((time for time in times if time is not None), default=None), None in times)


@dataclass(slots=True)
class RaceTimes:
    """A race with its heats, and the slots that stand in the timetable. Before heats are made, each
    slot is taken to be one."""

    race: Race
    seeding: RaceSeeding
    slots: dict[int, TimetableSlot] = field(default_factory=dict)
    heats: list[HeatTimes] = field(default_factory=list)

    @property
    def first_fixed(self) -> datetime | None:
        """When its first heat goes off, if that was typed."""
        first = self.slots.get(1)
        return first.starts_at if first is not None and first.is_fixed else None

    @property
    def left_over(self) -> list[TimetableSlot]:
        """Slots of heats that are no more."""
        numbers = {heat.number for heat in self.heats}
        return [slot for number, slot in sorted(self.slots.items()) if number not in numbers]

    @property
    def untimed(self) -> list[int]:
        """Heats without a slot."""
        return [heat.number for heat in self.heats if heat.number not in self.slots]


def race_times(
    race: Race, seeding: RaceSeeding, slots: Mapping[int, TimetableSlot] | None, starts: Sequence[Standing] | None
) -> RaceTimes:
    """What there is to know about the times of a race."""
    one = RaceTimes(race, seeding, dict(slots or {}))
    if starts or seeding.seeded_at is not None:
        one.heats = _heats(starts or ())
    else:
        one.heats = [HeatTimes(number) for number in one.slots]
    return one


def times_of(meet: Meet) -> list[RaceTimes]:
    """All races in the order of the programme, with their heats. Four queries."""
    kept = {seeding.race_id: seeding for seeding in RaceSeeding.objects.filter(race__meet=meet)}
    slots, starts = slots_by_race(meet), starts_by_race(meet)
    return [
        race_times(
            race,
            kept.get(race.pk) or RaceSeeding(race=race, tenant_id=race.tenant_id),
            slots.get(race.pk),
            starts.get(race.pk),
        )
        for race in Race.objects.filter(meet=meet).in_programme_order()
    ]


def _heats(starts: Sequence[Standing]) -> list[HeatTimes]:
    """From the first to the last; who withdrew takes no time, and a pacemaker goes with the others."""
    declared: dict[int, list[int | None]] = {}
    for start in starts:
        runs = declared.setdefault(start.heat, [])
        if start.withdrawn_at is None and start.rank is not None:
            runs.append(start.time)
    return [HeatTimes.of(number, declared.get(number, [])) for number in range(1, max(declared, default=0) + 1)]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an organizer says about a race: the track, the minutes between heats (None: as usual) and when the first heat goes off
    (None: after what is before it)."""

    track: int = 1
    gap: int | None = None
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the timetable is to be filled: when a day begins at the earliest, whether races run in the order of the programme (else heats
    stay in the order of the timetable), and what is said about each race."""

    first_start: time
    in_order: bool = False
    races: Mapping[int, Wish] = field(default_factory=dict)


def wishes_now(meet: Meet, read: Sequence[RaceTimes]) -> Wishes:
    """As it is: nobody has wished for anything else."""
    starts = [slot.starts_at.astimezone(meet.zone).time() for one in read for slot in one.slots.values()]
    races = {one.race.pk: Wish(one.seeding.track, one.seeding.gap_minutes, one.first_fixed) for one in read}
    return Wishes(min(starts, default=FIRST_START), races=races)


@dataclass(frozen=True, slots=True)
class Filled:
    """How the timetable would be. `now` are the heats that have a start, `then` all of them."""

    read: Sequence[RaceTimes]
    now: Mapping[Key, Planned]
    then: Mapping[Key, Planned]

    @property
    def changed(self) -> list[Key]:
        """Heats that get another start, or their first."""
        return [
            key for key, one in self.then.items() if key not in self.now or self.now[key].starts_at != one.starts_at
        ]

    @property
    def left_over(self) -> list[TimetableSlot]:
        return [slot for one in self.read for slot in one.left_over]

    @property
    def token(self) -> str:
        """The same for the same starts before and after: what somebody looked at is what is written, or nothing is."""
        said = sorted((key, one.starts_at.timestamp(), one.run.fixed is not None) for key, one in self.then.items())
        was = sorted(
            (slot.pk, slot.starts_at.timestamp(), slot.is_fixed) for one in self.read for slot in one.slots.values()
        )
        return hashlib.sha256(repr((said, was)).encode()).hexdigest()[:16]


def filled(meet: Meet, read: Sequence[RaceTimes], wishes: Wishes) -> Filled:
    """The timetable as it is, and as `wishes` would fill it."""
    runs = {run.key: run for run in _in_line(meet, read, wishes)}
    starts = {(one.race.pk, number): slot.starts_at for one in read for number, slot in one.slots.items()}
    now = {key: Planned(run, starts[key]) for key, run in runs.items() if key in starts}
    then = fill(list(runs.values()), step=meet.start_step)
    return Filled(read, now, {one.run.key: one for one in then})


def running_now(meet: Meet, read: Sequence[RaceTimes]) -> Mapping[Key, Planned]:
    """The heats that have a start."""
    return filled(meet, read, wishes_now(meet, read)).now


def ends_by_day(planned: Iterable[Planned], meet: Meet) -> dict[date, datetime]:
    """When the last runner of each day is in."""
    ends: dict[date, datetime] = {}
    for one in planned:
        day = one.starts_at.astimezone(meet.zone).date()
        ends[day] = max(ends.get(day, one.ends_at), one.ends_at)
    return dict(sorted(ends.items()))


def usual_time(race: Race) -> timedelta:
    """What a runner of whom no time is known is taken to need: what is planned from heat to heat, without the gap."""
    return timedelta(minutes=max(minutes_per_heat(race.distance_m) - GAP, 1))


def _in_line(meet: Meet, read: Sequence[RaceTimes], wishes: Wishes) -> list[Run]:
    """All heats in the order in which they are given their starts; those of a race always by their numbers."""
    placed = [
        (day, position if wishes.in_order else 0, known, position, run.number, run)
        for position, one in enumerate(read)
        for day, known, run in _runs(meet, one, wishes)
    ]
    return [run for *_rest, run in sorted(placed, key=lambda row: row[:5])]


FAR = datetime.max.replace(tzinfo=UTC)


def _runs(meet: Meet, one: RaceTimes, wishes: Wishes) -> Iterator[tuple[date, datetime, Run]]:
    """The heats of a race, each with its day and its place in the order of the timetable: a heat without a slot comes right after the
    one before it, a race without any at the end of its day."""
    wish = wishes.races.get(one.race.pk, Wish())
    gap, usual = timedelta(minutes=GAP if wish.gap is None else wish.gap), usual_time(one.race)
    first = one.slots.get(1)
    shift = wish.first - first.starts_at if wish.first and first else timedelta(0)
    latest: datetime | None = None
    for heat in one.heats:
        slot = one.slots.get(heat.number)
        fixed = wish.first if heat.number == 1 else slot.starts_at if slot and slot.is_fixed else None
        known = fixed or (slot.starts_at + shift if slot else None)
        latest = max((at for at in (latest, known) if at is not None), default=None)
        day = latest.astimezone(meet.zone).date() if latest else one.race.held_on or meet.starts_on
        earliest = datetime.combine(day, wishes.first_start, meet.zone).astimezone(UTC)
        lasts = run_time(heat.slowest, without_time=heat.without_time, usual=usual)
        yield day, latest or FAR, Run(one.race.pk, heat.number, wish.track, lasts, gap, earliest, fixed)
