"""What the organizer's desk asks about meets."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from entries.meet.models import Meet, Race, State, TimetableSlot

LOOKED_BACK = timedelta(days=14)


def meets_on_the_desk(*, today: date, most: int) -> QuerySet[Meet]:
    """Meets with work left: to come, or just over, or over and without their results. With `clock` and host.

    Nothing ends by itself: a meet that took place stays here until the organizer ends it, for as long as no room brings results.
    """
    recent = Q(ends_on__gte=today - LOOKED_BACK) | ~Q(state=State.RESULTS_OUT)
    meets = Meet.objects.exclude(state=State.ARCHIVED).filter(recent).with_clock()
    return meets.select_related("tenant").order_by("starts_on", "pk")[:most]


def races_by_meet(meet_ids: Iterable[int]) -> dict[int, list[Race]]:
    """The races of these meets, in the order of the programme."""
    found: dict[int, list[Race]] = {}
    for race in Race.objects.filter(meet__in=list(meet_ids)).in_programme_order():
        found.setdefault(race.meet_id, []).append(race)
    return found


def slots_by_meet(meet_ids: Iterable[int]) -> dict[int, int]:
    """How many heats are planned, per meet."""
    found: dict[int, int] = {}
    for meet_id in TimetableSlot.objects.filter(race__meet__in=list(meet_ids)).values_list("race__meet", flat=True):
        found[meet_id] = found.get(meet_id, 0) + 1
    return found
