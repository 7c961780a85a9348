"""Writing the timetable of a meet as it was shown."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from entries.heat import board, rules
from entries.heat.models import RaceSeeding
from entries.heat.timetable import Filled, RaceTimes, Wish, Wishes, filled, times_of
from entries.meet.models import Meet, Race, TimetableSlot
from entries.meet.rules import check_slot
from tenants.audit.actions import Values, record_many
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked


@retry_when_locked
@transaction.atomic
def fill_timetable(*, meet: Meet, wishes: Wishes, seen: str, by: User, at: datetime) -> Filled:
    """Give every heat its start, take out slots of heats that are no more, and keep track and gap of each race.

    `seen` is the token of what was looked at. Raises Refused("timetable_changed") when heats or slots are others since then,
    Refused("slot_outside") when a heat would leave the meet's days, Refused when it is too early or too late, and Busy.
    """
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    rules.check_may_change(meet, at=at)
    list(TimetableSlot.objects.filter(race__meet=meet).select_for_update(of=("self",)).order_by("pk"))
    found = filled(meet, times_of(meet), wishes)
    if found.token != seen:
        raise Refused("timetable_changed")
    check_days(meet, found)
    changes = list(_changes(found, wishes))
    _write_slots(found)
    _keep_wishes(found.read, wishes)
    record_many("race.timetable_filled", changes, by=by)
    return found


def check_days(meet: Meet, found: Filled) -> None:
    """Raises Refused("slot_outside") when a heat would leave the meet's days."""
    for one in found.then.values():
        check_slot(meet, one.starts_at)


def _write_slots(found: Filled) -> None:
    TimetableSlot.objects.filter(pk__in=[slot.pk for slot in found.left_over]).delete()
    rows = []
    for one in found.read:
        for heat in one.heats:
            planned, slot = found.then[one.race.pk, heat.number], one.slots.get(heat.number)
            values = (planned.starts_at, planned.run.fixed is not None)
            if slot is None or (slot.starts_at, slot.is_fixed) != values:
                rows.append(
                    TimetableSlot(
                        tenant_id=one.race.tenant_id,
                        race=one.race,
                        number=heat.number,
                        starts_at=values[0],
                        is_fixed=values[1],
                    )
                )
    TimetableSlot.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["race", "number"], update_fields=["starts_at", "is_fixed"]
    )


def _keep_wishes(read: Sequence[RaceTimes], wishes: Wishes) -> None:
    for one in read:
        wish = wishes.races.get(one.race.pk, Wish())
        if (wish.track, wish.gap) != (one.seeding.track, one.seeding.gap_minutes):
            row: RaceSeeding = board.hold(one.race)
            row.track, row.gap_minutes = wish.track, wish.gap
            row.save(update_fields=["track", "gap_minutes"])


def _changes(found: Filled, wishes: Wishes) -> Iterator[tuple[Race, Values, Values]]:
    """Of each race that is planned otherwise: how many starts there were and are, the first and the last, track and gap."""
    changed = {race for race, _number in found.changed}
    for one in found.read:
        wish = wishes.races.get(one.race.pk, Wish())
        before = _said([slot.starts_at for slot in one.slots.values()], one.seeding.track, one.seeding.gap_minutes)
        starts = [planned.starts_at for (race, _number), planned in found.then.items() if race == one.race.pk]
        after = _said(starts, wish.track, wish.gap)
        if one.race.pk in changed or before != after:
            yield one.race, before, after


def _said(starts: Sequence[datetime], track: int, gap: int | None) -> Values:
    ends = {"first": min(starts), "last": max(starts)} if starts else {}
    return {"slots": len(starts), **ends, "track": track, "gap_minutes": gap}
