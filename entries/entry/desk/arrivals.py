"""How the entries of a meet came in: the curve of the first hour or of the days, whichever tells more, with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entries.meet.charts import Curve, curve
from entries.meet.models import Meet, Race

MOST_DAYS = 42
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Step:
    """A minute or a day: its name, how many entries arrived in it and how many there were at its end."""

    name: str
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What is drawn (nothing when there is one step only, which the words say as well), its rows, and what it is of."""

    total: int
    first_hour: int
    by_minute: bool
    limit: int | None
    steps: list[Step]
    curve: Curve | None


def arrivals(meet: Meet, races: Sequence[Race], *, days: dict[date, int], minutes: dict[datetime, int]) -> Arrivals:
    """By the minute when half of all entries or more came within the first hour, or all on one day; else by the day."""
    total, first_hour = sum(days.values()), sum(minutes.values())
    by_minute = len(minutes) > 1 and (first_hour * 2 >= total or len(days) == 1)
    before, named = _minutes(meet, days, minutes) if by_minute else _days(days)
    places = [race.places for race in races if race.places is not None]
    limit = sum(places) if places and len(places) == len(races) else None
    steps, reached = [], before
    for name, count in named:
        reached += count
        steps.append(Step(name, count, reached))
    drawn = (
        curve(named, before=before, limit=limit, end=_end(meet, named) if by_minute else "") if len(named) > 1 else None
    )
    return Arrivals(total, first_hour, by_minute, limit, steps, drawn)


def _minutes(meet: Meet, days: dict[date, int], minutes: dict[datetime, int]) -> tuple[int, list[tuple[str, int]]]:
    """The hour from the opening on, as far as it has passed, and how many were in before it (host entries)."""
    opens = meet.entries_open_at.replace(second=0, microsecond=0)
    passed = min(int((meet.clock - opens).total_seconds() // 60) + 1, MINUTES)
    at = [opens + timedelta(minutes=number) for number in range(max(passed, 1))]
    early = sum(count for day, count in days.items() if day < opens.astimezone(meet.zone).date())
    return early, [(f"{minute.astimezone(meet.zone):%H:%M}", minutes.get(minute, 0)) for minute in at]


def _end(meet: Meet, named: list[tuple[str, int]]) -> str:
    return f"{(meet.entries_open_at + timedelta(minutes=len(named))).astimezone(meet.zone):%H:%M}"


def _days(days: dict[date, int]) -> tuple[int, list[tuple[str, int]]]:
    """Also the days without an entry, from the first to the last that had one; the latest of them when there are many."""
    if not days:
        return 0, []
    last = max(days)
    first = max(min(days), last - timedelta(days=MOST_DAYS - 1))
    shown = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    before = sum(count for day, count in days.items() if day < first)
    return before, [(date_format(day, _("n/j")), days.get(day, 0)) for day in shown]
