"""The heats of a race as they are written: taking them down, putting them back, and what was fixed about them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from entries.entry.models import Entry
from entries.heat.models import Heat, HeatChange, RaceSeeding, SeedingPin, Start
from entries.meet.models import Race
from tenants.models import User

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
    row, _ = RaceSeeding.objects.get_or_create(race=race, defaults={"tenant_id": race.tenant_id})
    return RaceSeeding.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def lines_of(race: Race) -> list[Line]:
    """Its starts, heat by heat in the order of hip numbers."""
    rows = Start.objects.filter(heat__race=race).in_order()
    columns = ("entry_id", "heat__number", "hip_number", "rank", "reason")
    return [Line(*row) for row in rows.values_list(*columns)]


def in_heats(lines: Iterable[Line], heats: Mapping[int, int]) -> list[Line]:
    """The lines with these entries in these heats, each heat in the order of times and numbered from 1; pacemakers last."""
    moved = [line._replace(heat=heats.get(line.entry, line.heat)) for line in lines]
    moved.sort(key=lambda line: (line.heat, line.rank is None, line.rank or 0, line.entry))
    numbered, last = [], (0, 0)
    for line in moved:
        last = (line.heat, last[1] + 1 if line.heat == last[0] else 1)
        numbered.append(line._replace(hip_number=last[1]))
    return numbered


def write(race: Race, lines: Sequence[Line]) -> None:
    """Make these the race's starts. An entry that stands in another race leaves it."""
    Start.objects.filter(heat__race=race).delete()
    Start.objects.filter(entry__in=[line.entry for line in lines]).delete()
    Heat.objects.filter(race=race).delete()
    numbers = range(1, max((line.heat for line in lines), default=0) + 1)
    heats = Heat.objects.bulk_create(Heat(tenant_id=race.tenant_id, race=race, number=number) for number in numbers)
    Start.objects.bulk_create(
        (
            Start(
                tenant_id=race.tenant_id, heat=heats[line.heat - 1], entry_id=line.entry, hip_number=line.hip_number,
                rank=line.rank, reason=line.reason,
            )
            for line in lines
        ),
        batch_size=1_000,
    )  # fmt: skip


def remember(seeding: RaceSeeding, race: Race, what: str, *, by: User | None, at: datetime) -> None:
    """Write down how it is, so that the change that follows can be taken back, and let the version grow."""
    pins = list(SeedingPin.objects.filter(race=race).order_by("pk").values(*PIN_COLUMNS))
    HeatChange.objects.create(
        tenant_id=race.tenant_id, race=race, version=seeding.version, what=what, made_by=by, made_at=at,
        board=[list(line) for line in lines_of(race)], pins=pins,
    )  # fmt: skip
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
