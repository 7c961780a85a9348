"""The limits that hold where a host has none of its own, as data with their sources (fact F2)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from catalog.shoes.events import ShoeEvent
from catalog.shoes.verdict import Limit

_TR5_2024 = "WA / JAAF TR5 (2024-11-01 –)"
_TR5_BEFORE = "WA / JAAF TR5 (– 2024-10-31)"
_TR5 = "WA / JAAF TR5"
_SINCE = date(2024, 11, 1)
_BEFORE = date(2024, 10, 31)
_800_M = 800

BUILT_IN = (
    Limit(ShoeEvent.TRACK, Decimal(20), valid_from=_SINCE, source=_TR5_2024),
    Limit(ShoeEvent.TRACK, Decimal(25), valid_until=_BEFORE, from_m=_800_M, source=_TR5_BEFORE),
    Limit(ShoeEvent.TRACK, Decimal(20), valid_until=_BEFORE, below_m=_800_M, source=_TR5_BEFORE),
    Limit(ShoeEvent.ROAD, Decimal(40), source=_TR5),
    Limit(ShoeEvent.RACE_WALK, Decimal(40), source=_TR5),
    Limit(ShoeEvent.CROSS_SPIKES, Decimal(20), source=_TR5),
    Limit(ShoeEvent.CROSS, Decimal(40), source=_TR5),
    Limit(ShoeEvent.MOUNTAIN, None, list_needed=False, source=_TR5),
)


def limit_for(event: str, on: date, host_rows: Iterable[Limit] = (), distance_m: int | None = None) -> Limit | None:
    """The limit for a kind of race on a day. A host's own line wins over the built-in one; of two own lines that both
    hold on the day the one that began last, and of those the lower one. Without a distance, where it matters (track
    before 2024-11-01), the lower limit holds: nobody is promised too much."""
    for rows in (host_rows, BUILT_IN):
        holding = [row for row in rows if row.event == event and _holds(row, on, distance_m)]
        if holding:
            return min(holding, key=_latest_then_lowest)
    return None


def _holds(row: Limit, on: date, distance_m: int | None) -> bool:
    if (row.valid_from and on < row.valid_from) or (row.valid_until and on > row.valid_until):
        return False
    return distance_m is None or (row.from_m <= distance_m and (row.below_m is None or distance_m < row.below_m))


def _latest_then_lowest(row: Limit) -> tuple[int, Decimal]:
    began = row.valid_from.toordinal() if row.valid_from else 0
    return -began, Decimal("Infinity") if row.most_stack_mm is None else row.most_stack_mm
