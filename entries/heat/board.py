"""The heats of a race as they are written: taking them down, putting them back, and what was fixed about them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from django.db.models import Q

from entries.entry.models import Entry
from entries.heat.models import Heat, HeatChange, RaceSeeding, SeedingPin, Start
from entries.meet.models import Race
from tenants.models import User
from tenants.rows import write_columns

PIN_COLUMNS = ("kind", "entry_id", "other_id", "heat_number", "reason", "made_by_id")


class Line(NamedTuple):
    """A start as it is written down."""

    entry: int
    heat: int
    hip_number: int | None
    rank: int | None
    reason: Mapping[str, Any]


def hold(race: Race) -> RaceSeeding:
    """The race's seeding, locked until the transaction ends: whoever changes heats or pins holds it first."""
    rows = RaceSeeding.objects.select_for_update(of=("self",), no_key=True).filter(race=race)
    row = rows.first()
    if row is None:
        RaceSeeding.objects.get_or_create(race=race, defaults={"tenant_id": race.tenant_id})
        row = rows.get()
    return row


def lines_of(race: Race) -> list[Line]:
    """Its starts, heat by heat in the order of hip numbers."""
    rows = Start.objects.filter(heat__race=race).in_order()
    columns = ("entry_id", "heat__number", "hip_number", "rank", "reason")
    return [Line(*row) for row in rows.values_list(*columns)]


def arranged(
    lines: Iterable[Line], heats: Mapping[int, int], hips: Mapping[int, int] | None = None, *, is_out: bool
) -> list[Line]:
    """The lines with these entries in these heats, and under these hip numbers.

    A heat that changes stands in the order of times and is numbered from 1, pacemakers last. Where lists went out, or somebody
    set numbers by hand, now or before, who stays keeps the number, and who comes takes the lowest free one, else the next at
    the end. A heat that nothing is said about stays as it is.
    """
    hips = hips or {}
    before, after = dict[int, list[Line]](), dict[int, list[Line]]()
    for line in lines:
        before.setdefault(line.heat, []).append(line)
        after.setdefault(heats.get(line.entry, line.heat), []).append(line)
    found: list[Line] = []
    for heat, there in after.items():
        is_numbered = any(line.entry in hips for line in there)
        if not is_numbered and {line.entry for line in there} == {line.entry for line in before.get(heat, ())}:
            found += there
        elif is_out or is_numbered or not _is_by_time(before.get(heat, [])):
            found += _in_holes(heat, there, hips)
        else:
            numbered = enumerate(sorted(there, key=_by_time), start=1)
            found += [line._replace(heat=heat, hip_number=number) for number, line in numbered]
    return found


def _by_time(line: Line) -> tuple[bool, int, int]:
    return line.rank is None, line.rank or 0, line.entry


def _is_by_time(lines: Sequence[Line]) -> bool:
    """Whether the heat is numbered as it would be by itself; pacemakers in whatever order."""
    ranked = [line.hip_number for line in sorted(lines, key=_by_time) if line.rank is not None]
    others = sorted(line.hip_number or 0 for line in lines if line.rank is None)
    return ranked + others == list(range(1, len(lines) + 1))


def _in_holes(heat: int, there: Sequence[Line], hips: Mapping[int, int]) -> Iterator[Line]:
    number_of = {line.entry: hips.get(line.entry, line.hip_number if line.heat == heat else None) for line in there}
    used = {number for number in number_of.values() if number is not None}
    for line in there:
        number = number_of[line.entry]
        if number is None:
            number = next(number for number in count(1) if number not in used)
            used.add(number)
        yield line._replace(heat=heat, hip_number=number)


def write(race: Race, lines: Sequence[Line]) -> None:
    """Make these the race's starts. An entry that stands in another race leaves it; a start that goes on keeps its number in the
    database, so that addresses of starts stay."""
    last = max((line.heat for line in lines), default=0)
    heats, wanted = _heats(race, last), {line.entry for line in lines}
    rows = Start.objects.filter(Q(heat__in=[heat.pk for heat in heats.values()]) | Q(entry__in=wanted))
    standing = {start.entry_id: start for start in rows}
    if gone := [start.pk for start in standing.values() if start.entry_id not in wanted]:
        Start.objects.filter(pk__in=gone).delete()
    new, changed = list[Start](), list[Start]()
    for line in lines:
        start = standing.get(line.entry) or Start(tenant_id=race.tenant_id, entry_id=line.entry)
        columns = (heats[line.heat].pk, line.hip_number, line.rank, line.reason)
        if (start.heat_id, start.hip_number, start.rank, start.reason) != columns or not start.pk:
            start.heat_id, start.hip_number, start.rank, start.reason = columns
            (changed if start.pk else new).append(start)
    # Without a number first: two who change places would have the same one for a moment.
    Start.objects.filter(pk__in=[start.pk for start in changed]).update(hip_number=None)
    write_columns(changed, ["heat", "hip_number", "rank", "reason"])
    Start.objects.bulk_create(new, batch_size=1_000)
    if len(heats) > last:
        Heat.objects.filter(race=race, number__gt=last).delete()


def _heats(race: Race, last: int) -> dict[int, Heat]:
    """All that there are, and those up to the last one made where they are missing."""
    found = {heat.number: heat for heat in Heat.objects.filter(race=race)}
    numbers = [number for number in range(1, last + 1) if number not in found]
    made = Heat.objects.bulk_create(Heat(tenant_id=race.tenant_id, race=race, number=number) for number in numbers)
    return found | {heat.number: heat for heat in made}


def remember(
    seeding: RaceSeeding, race: Race, what: str, *, by: User | None, at: datetime, lines: Sequence[Line] | None = None
) -> None:
    """Write down how it is, so that the change that follows can be taken back, and let the version grow. `lines` are the race's
    when they were read already."""
    pins = list(SeedingPin.objects.filter(race=race).order_by("pk").values(*PIN_COLUMNS))
    HeatChange.objects.create(
        tenant_id=race.tenant_id, race=race, version=seeding.version, what=what, made_by=by, made_at=at,
        board=[list(line) for line in lines or lines_of(race)], pins=pins,
    )  # fmt: skip
    if seeding.version >= HeatChange.KEPT:
        HeatChange.objects.filter(race=race, version__lte=seeding.version - HeatChange.KEPT).delete()
    seeding.version += 1


def put_back(change: HeatChange, race: Race, *, at: datetime) -> None:
    """The heats and pins as they were; entries that are gone stay away."""
    lines = [Line(*row) for row in change.board]
    there = set(Entry.objects.filter(pk__in=[line.entry for line in lines]).values_list("pk", flat=True))
    write(race, [line for line in lines if line.entry in there])
    SeedingPin.objects.filter(race=race).delete()
    SeedingPin.objects.bulk_create(
        SeedingPin(tenant_id=race.tenant_id, race=race, made_at=at, **columns) for columns in change.pins
    )
