"""Moving a meet on, pausing a race, planning its heats, and making a new meet from an old one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from entries.meet import rules, steps
from entries.meet.competition import Competition
from entries.meet.models import NO_LINE, Meet, Race, State, TimetableSlot
from entries.meet.programme import minutes_per_heat
from tenants.actions import change_row
from tenants.audit.actions import record, record_many
from tenants.models import Tenant, User
from tenants.refusal import Refused

MOMENTS = ("entries_open_at", "entries_close_at", "promote_until")
"""What of a meet is typed and shown in its own zone, beside its timetable."""


def _locked(meet: Meet) -> Meet:
    return Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)


@transaction.atomic
def move_state(*, meet: Meet, to: str, by: User, at: datetime, why: str = "") -> Meet:
    """One step forward or back. Raises Refused, also when somebody else moved the meet meanwhile."""
    row = _locked(meet)
    if row.state == to:
        raise Refused("state_moved_on", state=row.get_state_display())
    has_entries = Race.objects.filter(meet=row, last_ticket__gt=0).exists()
    rules.check_may_move(row, to, checks=rules.checks_of(row, at=at), has_entries=has_entries, why=why)
    before, row.state = row.state, State(to)
    row.save(update_fields=["state"])
    record("meet.state_moved", row, by=by, before={"state": before}, after={"state": row.state}, why=why)
    steps.arrive(row, by=by, at=at)
    return row


@transaction.atomic
def say_payment(*, host: Tenant, text: str, shown: str, by: User) -> None:
    """How one pays the host, in place of what was `shown` to who typed it. Raises Refused when that is no longer so."""
    row = Tenant.objects.select_for_update(of=("self",), no_key=True).get(pk=host.pk)
    now, was, new = (said.replace("\r\n", "\n") for said in (row.payment_note, shown, text))
    if now == new:
        return
    if now != was:
        label = Tenant._meta.get_field("payment_note").verbose_name
        raise Refused("edited_meanwhile", field=label, value=now)
    row.payment_note = new
    change_row(row, fields=["payment_note"], before={"payment_note": now}, by=by)


@transaction.atomic
def set_paused(*, race: Race, paused: bool, by: User, at: datetime, why: str = "") -> bool:
    """Stop or resume taking entries for one race. Whether that changed anything."""
    row = Race.objects.select_for_update(of=("self",), no_key=True).get(pk=race.pk)
    if (row.paused_at is not None) == paused:
        return False
    row.paused_at = at if paused else None
    row.save(update_fields=["paused_at"])
    record("race.paused" if paused else "race.resumed", row, by=by, why=why)
    return True


def keep_wall_time(meet: Meet, *, typed: Collection[str]) -> dict[str, datetime | None]:
    """Give the meet's moments and its timetable, when its zone has another value than in the database, the time of day that
    they had in the old zone. What was `typed` is in the new zone already. Returns the moments as they were until now.
    """
    was = Meet.objects.get(pk=meet.pk)
    before = {name: getattr(was, name) for name in MOMENTS}
    for name, moment in before.items():
        if name not in typed:
            setattr(meet, name, moment and _same_wall(moment, was.zone, meet.zone))
    slots = list(TimetableSlot.objects.filter(race__meet=meet).order_by("pk"))
    for slot in slots:
        slot.starts_at = _same_wall(slot.starts_at, was.zone, meet.zone)
    TimetableSlot.objects.bulk_update(slots, ["starts_at"], batch_size=500)
    return {name: moment for name, moment in before.items() if moment != getattr(meet, name)}


def follow_first_day(meet: Meet) -> None:
    """Move the heats of races that are held on the first day along with it, when it has another value than in the database."""
    days = meet.starts_on - Meet.objects.values_list("starts_on", flat=True).get(pk=meet.pk)
    slots = list(TimetableSlot.objects.filter(race__meet=meet, race__held_on__isnull=True).order_by("pk"))
    for slot in slots:
        slot.starts_at = _later(slot.starts_at, days, meet.zone)
    TimetableSlot.objects.bulk_update(slots, ["starts_at"], batch_size=500)


def _same_wall(moment: datetime, was: ZoneInfo, now: ZoneInfo) -> datetime:
    """The instant at which the clocks of the other zone say what those of this one said."""
    return moment.astimezone(was).replace(tzinfo=now)


@transaction.atomic
def plan_heats(*, race: Race, first: datetime, minutes: int, count: int, by: User) -> list[TimetableSlot]:
    """Plan `count` heats, every `minutes` from `first` on, which stays, instead of those planned so far. Raises Refused."""
    starts = [first + timedelta(minutes=minutes * number) for number in range(count)]
    for start in (starts[0], starts[-1]):
        rules.check_slot(race.meet, start)
    before = race.slots.count()
    race.slots.all().delete()
    slots = [
        TimetableSlot(tenant_id=race.tenant_id, race=race, number=number, starts_at=start, is_fixed=number == 1)
        for number, start in enumerate(starts, 1)
    ]
    TimetableSlot.objects.bulk_create(slots)
    after = {"slots": count, "first": first, "minutes": minutes}
    record("race.heats_planned", race, by=by, before={"slots": before}, after=after)
    return slots


@transaction.atomic
def set_start(*, race: Race, start: time | None, by: User) -> None:
    """The first heat goes off at this time of its day, by the meet's clock, and stays there; the others as long after it as they did;
    heats that are not planned yet are, from the race's places. None takes them out of the timetable. Raises Refused.
    """
    slots = list(race.slots.order_by("number"))
    if start is None:
        race.slots.all().delete()
        if slots:
            record("race.heats_planned", race, by=by, before={"slots": len(slots)}, after={"slots": 0})
        return
    first = datetime.combine(race.held_on or race.meet.starts_on, start, race.meet.zone)
    if not slots:
        minutes, most = minutes_per_heat(race.distance_m), rules.MOST_SLOTS
        plan_heats(race=race, first=first, minutes=minutes, count=min(heats_needed(race), most), by=by)
        return
    before, later = slots[0].starts_at, first - slots[0].starts_at
    for slot in slots:
        slot.starts_at += later
        rules.check_slot(race.meet, slot.starts_at)
    slots[0].is_fixed = True
    TimetableSlot.objects.bulk_update(slots, ["starts_at", "is_fixed"])
    record("race.heats_moved", race, by=by, before={"first": before}, after={"first": first})


def heats_needed(race: Race) -> int:
    """How many heats the race's places fill, or those who entered when there is no limit; one at least."""
    return max(-(-(race.places or race.last_ticket) // race.starters_per_heat), 1)


@transaction.atomic
def find_fallbacks(races: Iterable[Race], *, by: User) -> None:
    """Let each of these that is for the fastest fall back to the one other race of its sex and distance, when there is one."""
    for race in races:
        alike = Race.objects.filter(meet=race.meet_id, sex=race.sex, distance_m=race.distance_m, is_ncg=False)
        others = list(alike.order_by("pk")[:2])
        if race.is_ncg and race.fallback_race_id is None and len(others) == 1:
            race.fallback_race = others[0]
            change_row(race, fields=["fallback_race"], before={"fallback_race": None}, by=by)


@transaction.atomic
def copy_meet(*, meet: Meet, name: str, slug: str, starts_on: date, by: User) -> Meet:
    """A new draft with this meet's settings, races and timetable, all days moved by the same number; never its entries.

    Times of day stay what the clock on the wall says, also when the zone changed to or from summer time between.
    Raises IntegrityError for a slug that the host has already.
    """
    days = starts_on - meet.starts_on
    copy = Meet(
        tenant_id=meet.tenant_id,
        slug=slug,
        name=name,
        starts_on=starts_on,
        ends_on=meet.ends_on + days,
        payment_due_on=meet.payment_due_on and meet.payment_due_on + days,
        **_same(meet, MEET_KEPT),
        promote_until=meet.promote_until and _later(meet.promote_until, days, meet.zone),
        entries_open_at=_later(meet.entries_open_at, days, meet.zone),
        entries_close_at=_later(meet.entries_close_at, days, meet.zone),
    )
    copy.save()
    pairs = _copy_races(meet, copy, days, _copy_competitions(meet, copy))
    _copy_slots(pairs, days, meet.zone)
    record_many("race.copied", [(new, {}, {"from": meet.pk, **_same(new, RACE_KEPT)}) for _old, new in pairs], by=by)
    record("meet.copied", copy, by=by, after={"from": meet.pk, "races": len(pairs)})
    return copy


MEET_KEPT = (
    "venue",
    "time_zone",
    "fee",
    "races_per_athlete",
    "summary",
    "call_minutes",
    "start_step",
    "day_ends_at",
    "rest_minutes",
    "timing_encoding",
    "timing_romaji",
    "entry_list_public",
)
COMPETITION_KEPT = ("title", "title_en")
RACE_KEPT = (
    "position", "name", "name_en", "distance_m", "sex", "places", "waiting_places", "starters_per_heat", "fee", "standard",
    "standard_from", "standard_until", "entries_per_team", "is_ncg", "course",
    "master_code",
)  # fmt: skip


def _same(row: Meet | Race | Competition, fields: Sequence[str]) -> dict[str, object]:
    return {field: getattr(row, field) for field in fields}


def _later(moment: datetime, days: timedelta, zone: ZoneInfo) -> datetime:
    """Days later at the same time of day in the zone: adding to a local time moves the wall clock, not the instant."""
    return moment.astimezone(zone) + days


def _copy_competitions(meet: Meet, copy: Meet) -> dict[int, Competition]:
    """The new ones by the old ones' numbers. A code is of one day and does not come along."""
    old = list(Competition.objects.filter(meet=meet))
    new = Competition.objects.bulk_create(
        Competition(tenant_id=copy.tenant_id, meet=copy, **_same(row, COMPETITION_KEPT)) for row in old
    )
    return {before.pk: after for before, after in zip(old, new, strict=True)}


def _copy_races(
    meet: Meet, copy: Meet, days: timedelta, competitions: Mapping[int, Competition]
) -> list[tuple[Race, Race]]:
    old = list(Race.objects.in_programme_order().filter(meet=meet))
    new = [
        Race(
            tenant_id=copy.tenant_id,
            meet=copy,
            competition=competitions.get(race.competition_id or 0),
            held_on=race.held_on and race.held_on + days,
            line=NO_LINE if race.places is None else race.places,
            **_same(race, RACE_KEPT),
        )
        for race in old
    ]
    Race.objects.bulk_create(new)
    by_old_id = {before.pk: after for before, after in zip(old, new, strict=True)}
    falling = [race for race in old if race.fallback_race_id]
    for race in falling:
        by_old_id[race.pk].fallback_race = by_old_id.get(race.fallback_race_id or 0)
    Race.objects.bulk_update([by_old_id[race.pk] for race in falling], ["fallback_race"])
    return list(zip(old, new, strict=True))


def _copy_slots(pairs: Sequence[tuple[Race, Race]], days: timedelta, zone: ZoneInfo) -> None:
    by_old_id = {before.pk: after for before, after in pairs}
    slots = TimetableSlot.objects.filter(race__in=by_old_id).order_by("pk")
    TimetableSlot.objects.bulk_create(
        TimetableSlot(
            tenant_id=slot.tenant_id,
            race=by_old_id[slot.race_id],
            number=slot.number,
            is_fixed=slot.is_fixed,
            starts_at=_later(slot.starts_at, days, zone),
        )
        for slot in slots
    )
