"""What the programme desk shows: every race with its heats drawn, and the board of one race. Asks for all of it in a number of
queries that does not grow with the entries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from entries.entry.models import Entry
from entries.heat import wording
from entries.heat.models import HeatChange, ListVersion, SeedingPin, Start
from entries.heat.queries import Starters, last_version, lists_now, starters_of
from entries.heat.versions import compare
from entries.marks import format_time
from entries.meet.models import Meet, Race, TimetableSlot
from entries.meet.wording import short_moment

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
    missing: int
    """Entries that hold a place and stand in no heat."""
    gone: int
    """Starts whose entry has been withdrawn since."""
    absent: list[int] = field(default_factory=list)
    """The entries that are `missing`."""

    @property
    def race(self) -> Race:
        return self.starters.race

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
    """All races in the order of the programme."""
    starts = _starts_by_race(meet)
    slots = _slots(meet)
    return [_line(starters, starts.get(number, []), slots, meet) for number, starters in starters_of(meet).items()]


Standing = tuple[int, int, int | None, int | None, datetime | None]
"""Of a start: its entry, heat, seed time and rank, and when its entry was withdrawn."""


def _starts_by_race(meet: Meet) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = {}
    rows = Start.objects.filter(heat__race__meet=meet).order_by("heat__number", "hip_number", "pk")
    columns = ("heat__race", "entry", "heat__number", "entry__seed_time", "rank", "entry__withdrawn_at")
    for race, *rest in rows.values_list(*columns):
        found.setdefault(race, []).append(tuple(rest))
    return found


def _slots(meet: Meet) -> dict[tuple[int, int], str]:
    rows = TimetableSlot.objects.filter(race__meet=meet)
    return {(slot.race_id, slot.number): short_moment(meet, slot.starts_at) for slot in rows}


def _line(starters: Starters, starts: Sequence[Standing], slots: Mapping[tuple[int, int], str], meet: Meet) -> RaceLine:
    race, bars = starters.race, dict[int, HeatBar]()
    for _entry, heat, time, rank, _withdrawn in starts:
        bar = bars.setdefault(heat, HeatBar(heat, starts_at=slots.get((race.pk, heat), "")))
        bar.size += 1
        if rank is not None:
            bar.times += [time] if time is not None else []
            bar.without_time += time is None
    for bar in bars.values():
        bar.is_over = bar.size > race.starters_per_heat
    _draw(list(bars.values()))
    standing = {entry for entry, *_ in starts}
    expected = {entry.pk for entry in starters.entries}
    return RaceLine(
        starters, list(bars.values()), starters.seeding.version, starters.seeding.surplus,
        missing=len(expected - standing) if starts else 0, gone=len(standing - expected),
        absent=[entry.pk for entry in starters.entries if entry.pk not in standing] if starts else [],
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


def publication_of(meet: Meet, bibs: Mapping[int, int]) -> Publication:
    """One query before lists went out, three after, and one more when something changed."""
    version = last_version(meet)
    changes = compare(version.starts, lists_now(meet, bibs)) if version else {}
    about = named([entry for entries in changes.values() for entry in entries]) if changes else []
    return Publication(version, wording.differences(changes, {entry.pk: entry.athlete.name_here for entry in about}))


def board_of(line: RaceLine, bibs: Mapping[int, int]) -> list[Column]:
    """The heats of one race with all their runners."""
    starts = list(
        Start.objects.filter(heat__race=line.race)
        .select_related("heat", "entry__athlete", "entry__submission__team")
        .in_order()
    )
    pinned = Counter(SeedingPin.objects.filter(race=line.race, entry__isnull=False).values_list("entry", flat=True))
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


def pins_shown(race: Race) -> list[PinLine]:
    """The newest first."""
    rows = SeedingPin.objects.filter(race=race).select_related("entry__athlete", "other__athlete", "made_by")
    return [
        PinLine(pin.pk, wording.pin_said(pin), pin.made_by.name if pin.made_by else "–", pin.reason)
        for pin in rows.order_by("-pk")
    ]


def changes_of(race: Race) -> QuerySet[HeatChange]:
    """What can be taken back, the newest first."""
    return HeatChange.objects.filter(race=race).select_related("made_by").order_by("-version")
