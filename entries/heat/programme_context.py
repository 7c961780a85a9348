"""What the programme desk shows: every race with its heats drawn, and the board of one race. Asks for all of it in a number of
queries that does not grow with the entries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from entries.entry.models import Entry
from entries.heat import wording
from entries.heat.models import HeatChange, ListVersion, SeedingPin, Start
from entries.heat.queries import Standing, Starters, last_version, lists_now, slots_by_race, starters_of, starts_by_race
from entries.heat.timetable import RaceTimes, race_times
from entries.heat.versions import compare
from entries.marks import format_time
from entries.meet.models import Meet, Race, TimetableSlot
from entries.meet.wording import start_said

MOST_READ = 100
NARROWEST = 0.6
"""Percent of the axis that a heat of equal times is drawn with."""


@dataclass(slots=True)
class HeatBar:
    """A heat as one bar on its race's axis of times; `x` and `width` in percent."""

    number: int
    size: int = 0
    times: list[int] = field(default_factory=list)
    without_time: int = 0
    starts_at: str = ""
    is_over: bool = False
    x: str = "0"
    width: str = "0"

    @property
    def fastest(self) -> str:
        return format_time(min(self.times)) if self.times else ""

    @property
    def slowest(self) -> str:
        return format_time(max(self.times)) if self.times else ""


@dataclass(slots=True)
class RaceLine:
    """A race on the programme: who should start, what heats there are, and what wants to be looked at."""

    starters: Starters
    bars: list[HeatBar]
    version: int
    surplus: int
    gone: int
    """Starts whose entry has been withdrawn since."""
    absent: list[Entry]
    """Entries that hold a place and stand in no heat."""
    times: RaceTimes
    starts: Sequence[Standing]

    @property
    def race(self) -> Race:
        return self.starters.race

    @property
    def missing(self) -> int:
        return len(self.absent)

    @property
    def without_time(self) -> int:
        return sum(bar.without_time for bar in self.bars)

    @property
    def sizes(self) -> str:
        return ", ".join(str(bar.size) for bar in self.bars)


@dataclass(slots=True)
class Row:
    """A runner on the board."""

    entry: int
    hip_number: int | None
    bib: int | None
    name: str
    team: str
    time: str
    why: str
    notes: list[str]


@dataclass(slots=True)
class Column:
    """A heat on the board."""

    bar: HeatBar
    rows: list[Row]


def lines_of(meet: Meet) -> list[RaceLine]:
    """All races in the order of the programme. Five queries."""
    starts, slots = starts_by_race(meet), slots_by_race(meet)
    return [
        _line(meet, starters, starts.get(number, []), slots.get(number, {}))
        for number, starters in starters_of(meet, named=True).items()
    ]


def _line(meet: Meet, starters: Starters, starts: Sequence[Standing], slots: Mapping[int, TimetableSlot]) -> RaceLine:
    race, bars = starters.race, dict[int, HeatBar]()
    for start in starts:
        bar = bars.setdefault(start.heat, HeatBar(start.heat))
        bar.size += 1
        if start.rank is not None:
            bar.times += [start.time] if start.time is not None else []
            bar.without_time += start.time is None
    for bar in bars.values():
        bar.is_over = bar.size > race.starters_per_heat
        bar.starts_at = start_said(meet, slots[bar.number].starts_at) if bar.number in slots else ""
    _draw(list(bars.values()))
    standing = {start.entry for start in starts}
    absent = [entry for entry in starters.entries if entry.pk not in standing] if starts else []
    return RaceLine(
        starters, list(bars.values()), starters.seeding.version, starters.seeding.surplus,
        gone=len(standing - {entry.pk for entry in starters.entries}), absent=absent,
        times=race_times(race, starters.seeding, slots, starts), starts=starts,
    )  # fmt: skip


def _draw(bars: Sequence[HeatBar]) -> None:
    times = [time for bar in bars for time in bar.times]
    if not times:
        return
    first, whole = min(times), max(max(times) - min(times), 1)
    for bar in bars:
        if bar.times:
            width = max((max(bar.times) - min(bar.times)) / whole * 100, NARROWEST)
            bar.x = f"{min((min(bar.times) - first) / whole * 100, 100 - width):.2f}"
            bar.width = f"{width:.2f}"


@dataclass(slots=True)
class Publication:
    """What is out, and what became different since."""

    version: ListVersion | None
    differences: list[wording.Difference]


def publication_of(meet: Meet, bibs: Mapping[int, int], lines: Sequence[RaceLine]) -> Publication:
    """One query before lists went out, three after, and one more when something changed."""
    version = last_version(meet)
    slots = {(line.race.pk, number): slot.starts_at for line in lines for number, slot in line.times.slots.items()}
    changes = compare(version.starts, lists_now(meet, bibs, slots=slots)) if version else {}
    about = named([entry for entries in changes.values() for entry in entries]) if changes else []
    return Publication(version, wording.differences(changes, {entry.pk: entry.athlete.name_here for entry in about}))


def board_of(line: RaceLine, bibs: Mapping[int, int], pins: Sequence[SeedingPin]) -> list[Column]:
    """The heats of one race with all their runners. One query."""
    starts = list(
        Start.objects.filter(heat__race=line.race)
        .select_related("heat", "entry__athlete", "entry__submission__team")
        .in_order()
    )
    pinned = {pin.entry_id for pin in pins}
    entries = {start.entry_id: start.entry for start in starts}
    mates = Counter((start.heat.number, start.entry.submission.team_id) for start in starts if start.rank is not None)
    most = line.starters.seeding.most_of_a_team
    columns = {bar.number: Column(bar, []) for bar in line.bars}
    for start in starts:
        together = mates[start.heat.number, start.entry.submission.team_id]
        columns[start.heat.number].rows.append(
            _row(
                start,
                entries,
                bibs.get(start.entry.athlete_id),
                together if most and together > most else 0,
                is_pinned=start.entry_id in pinned,
            )
        )
    return list(columns.values())


def _row(start: Start, entries: Mapping[int, Entry], bib: int | None, together: int, *, is_pinned: bool) -> Row:
    entry = start.entry
    team = entry.submission.team
    return Row(
        entry=entry.pk,
        hip_number=start.hip_number,
        bib=bib,
        name=entry.athlete.name_here,
        team=team.short_name or team.name,
        time=format_time(entry.seed_time) or "NT",
        why=wording.why(start.reason, start.heat.number, entries),
        notes=list(
            wording.notes(
                start.reason,
                start.heat.number,
                together=together,
                is_pinned=is_pinned,
                is_gone=entry.withdrawn_at is not None,
            )
        ),
    )


def named(numbers: Sequence[int]) -> list[Entry]:
    """The first of these entries with athlete and team."""
    rows = Entry.objects.filter(pk__in=numbers[:MOST_READ])
    return list(rows.select_related("athlete", "submission__team").order_by("pk"))


@dataclass(slots=True)
class PinLine:
    """What was fixed, in words."""

    pk: int
    said: str
    who: str
    reason: str


def pins_on(race: Race) -> list[SeedingPin]:
    """The newest first, with all that is said of them."""
    rows = SeedingPin.objects.filter(race=race).select_related("entry__athlete", "other__athlete", "made_by")
    return list(rows.order_by("-pk"))


def pins_shown(pins: Sequence[SeedingPin]) -> list[PinLine]:
    """What was fixed, in words."""
    return [
        PinLine(pin.pk, wording.pin_said(pin), pin.made_by.name if pin.made_by else "–", pin.reason) for pin in pins
    ]


def changes_of(race: Race) -> QuerySet[HeatChange]:
    """What can be taken back, the newest first."""
    return HeatChange.objects.filter(race=race).select_related("made_by").order_by("-version")
