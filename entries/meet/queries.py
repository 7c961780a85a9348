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


def started_by_meet(meet_ids: Iterable[int]) -> dict[int, set[int]]:
    """Per meet those of its races of which heats are planned."""
    found: dict[int, set[int]] = {}
    slots = TimetableSlot.objects.filter(race__meet__in=list(meet_ids)).order_by()
    for meet, race in slots.values_list("race__meet", "race").distinct():
        found.setdefault(meet, set()).add(race)
    return found
