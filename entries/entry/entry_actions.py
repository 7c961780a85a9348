"""What happens to entries later: withdrawing, correcting, inviting, moving, and changes to a race's places."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from entries.entry import places, rules
from entries.entry.lines import hash_of, new_reference
from entries.entry.models import Entry, Source, Submission
from entries.entry.queries import Standing, addresses_of, is_press_noted, standing_of
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete
from tenants.audit.actions import record
from tenants.models import User
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.retry import retry_when_locked


def _locked(entry_id: int, *, and_race: int | None = None) -> Entry:
    """The entry as it is once its race's queue is ours, and that of `and_race`; looked at again, since it may have moved
    meanwhile. Raises Refused("moved_meanwhile") then, when a second race is held: locks keep their order."""
    race_id = Entry.objects.values_list("race_id", flat=True).get(pk=entry_id)
    places.lock_races([race_id] if and_race is None else [race_id, and_race])
    entry = Entry.objects.select_related("race__meet", "submission__team", "athlete").get(pk=entry_id)
    if entry.race_id != race_id:
        if and_race is not None:
            raise Refused("moved_meanwhile")
        places.lock_races([entry.race_id])
    return entry


def _mail(kind: str, entry: Entry, *, at: datetime, once: str = "", **more: int) -> None:
    """To sender and team; `once` tells apart what may happen to an entry again. `more` is what the text needs besides."""
    by, team = entry.submission.submitted_by, entry.submission.team
    addresses = addresses_of(team, by) if by else [team.contact_email]
    for address in filter(None, addresses):
        key = f"{kind}:{entry.pk}:{entry.race_id}:{entry.ticket}{once}"
        language, context = by.language if by else "ja", {"entry": entry.pk, **more}
        enqueue(kind, to=address, key=key, context=context, at=at, tenant_id=entry.tenant_id, language=language)


def settle(race: Race, *, meet: Meet, at: datetime) -> list[Entry]:
    """Move the line to where it belongs and tell those who were promoted. The race is locked by the caller."""
    promoted = places.settle_line(race.pk, promote=meet.promotes_at(at))
    for entry in promoted:
        record("entry.promoted", entry, by=None, after={"race": race.name, "ticket": entry.ticket})
        _mail("entry.promoted", entry, at=at)
    return promoted


@retry_when_locked
@transaction.atomic
def withdraw(*, entry: Entry, by: User | None, at: datetime, by_organizer: bool = False, why: str = "") -> list[Entry]:
    """Take an entry out; the place goes to the first who waits. Returns whom that promoted. Raises Refused, Busy."""
    entry = _locked(entry.pk)
    rules.check_may_withdraw(entry, by_organizer=by_organizer)
    entry.withdrawn_at = at
    entry.save(update_fields=["withdrawn_at"])
    record("entry.withdrawn", entry, by=by, after={"race": entry.race.name, "ticket": entry.ticket}, why=why)
    _mail("entry.withdrawn", entry, at=at, once=f":{at.timestamp()}")
    return settle(entry.race, meet=entry.race.meet, at=at)


@retry_when_locked
@transaction.atomic
def undo_withdrawal(*, entry: Entry, by: User, at: datetime, by_organizer: bool = False) -> Entry | None:
    """Bring a withdrawn entry back to its place and its order, while nobody else got it. After a change of race the entry
    that stands for it is withdrawn: both or none. Returns that one. Raises Refused, Busy."""
    places.lock_team(entry.submission.team_id)
    before = standing_of([entry])
    and_race = before.live.get(before.instead_of(entry.pk) or 0, (0, None))[1]
    entry = _locked(entry.pk, and_race=and_race)
    standing = standing_of([entry])
    rules.check_may_undo(entry, standing, by_organizer=by_organizer)
    instead = _taken_back(entry, standing, held=and_race, by=by, at=at)
    entry.withdrawn_at = None
    entry.save(update_fields=["withdrawn_at"])
    record("entry.restored", entry, by=by, after={"race": entry.race.name, "ticket": entry.ticket})
    more = {"left": instead.pk} if instead else {}
    _mail("entry.restored", entry, at=at, once=f":{at.timestamp()}", **more)
    for one in filter(None, (entry, instead)):
        settle(Race.objects.get(pk=one.race_id), meet=entry.race.meet, at=at)
    return instead


def _taken_back(entry: Entry, standing: Standing, *, held: int | None, by: User, at: datetime) -> Entry | None:
    """Withdraw what stands for this entry. Raises Refused("moved_meanwhile") when that is not in the race that is held."""
    pk = standing.instead_of(entry.pk)
    if pk is None:
        return None
    if standing.live[pk][1] != held:
        raise Refused("moved_meanwhile")
    instead = Entry.objects.select_related("race").get(pk=pk)
    instead.withdrawn_at = at
    instead.save(update_fields=["withdrawn_at"])
    after = {"race": instead.race.name, "ticket": instead.ticket, "instead": entry.pk}
    record("entry.withdrawn", instead, by=by, after=after)
    return instead


@retry_when_locked
@transaction.atomic
def change_race(
    *, entry: Entry, to: Race, seed_time: int | None, personal_best: int | None, may_wait: bool, by: User, at: datetime
) -> Entry:
    """Withdraw an entry and enter its athlete in another race of the meet, as the last in order there: both or none.

    The place that is left goes to the first who waits. Times are hundredths. Unless `may_wait`, no place in the new race
    is a refusal: whoever was told of a place must not end on a waiting list. Raises Refused, Busy.
    """
    places.lock_team(entry.submission.team_id)
    old = _locked(entry.pk, and_race=to.pk)
    to = Race.objects.select_related("meet").get(pk=to.pk)
    rules.check_may_change_race(old, to, at=at)
    for refusal in rules.time_refusals(to, seed_time, personal_best).values():
        raise refusal
    if to.free_places == 0 and not may_wait:
        raise Refused("would_wait", race=to.name_here, position=to.waiting_count + 1)
    before = places.take_tickets_one_by_one(to, 1)
    if before is None:
        raise Refused("waiting_full", race=to.name_here, left=0)
    old.withdrawn_at = at
    old.save(update_fields=["withdrawn_at"])
    new = _instead(old, to, ticket=before + 1, seed_time=seed_time, personal_best=personal_best, at=at)
    left = {"race": old.race.name, "ticket": old.ticket, "entry": old.pk}
    record("entry.race_changed", new, by=by, before=left, after={"race": to.name, "ticket": new.ticket})
    record("entry.withdrawn", old, by=by, after={"race": old.race.name, "ticket": old.ticket, "instead": new.pk})
    _mail("entry.race_changed", new, at=at, left=old.pk)
    settle(old.race, meet=to.meet, at=at)
    return new


def _instead(
    old: Entry, to: Race, *, ticket: int, seed_time: int | None, personal_best: int | None, at: datetime
) -> Entry:
    """The entry of the same athlete, with the same shoe, in the other race."""
    return Entry.objects.create(
        tenant_id=old.tenant_id,
        submission=old.submission,
        race=to,
        athlete=old.athlete,
        ticket=ticket,
        seed_time=seed_time,
        personal_best=personal_best,
        pacemaker=old.pacemaker,
        shoe_id=old.shoe_id,
        shoe_declared=old.shoe_declared,
        fee=to.fee_yen,
        entered_at=at,
    )


@transaction.atomic
def correct_times(
    *,
    entry: Entry,
    seed_time: int | None,
    personal_best: int | None,
    by: User,
    at: datetime,
    by_organizer: bool = False,
) -> Entry:
    """Change both times (hundredths) of a live entry; its ticket stays. Raises Refused."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("race__meet").get(pk=entry.pk)
    rules.check_may_correct(entry, at=at, by_organizer=by_organizer)
    for refusal in rules.time_refusals(entry.race, seed_time, personal_best).values():
        raise refusal
    before = {"seed_time": entry.seed_time, "personal_best": entry.personal_best}
    after = {"seed_time": seed_time, "personal_best": personal_best}
    if before != after:
        entry.seed_time, entry.personal_best = seed_time, personal_best
        entry.save(update_fields=["seed_time", "personal_best"])
        record("entry.time_corrected", entry, by=by, before=before, after=after)
    return entry


@transaction.atomic
def invite(
    *,
    race: Race,
    athlete: Athlete,
    seed_time: int | None,
    by: User,
    at: datetime,
    pacemaker: bool = False,
    why: str = "",
) -> Entry:
    """An organizer's entry past the line: it has no ticket, holds a place of its own, and takes nobody's.

    Neither the window nor the standard is asked. Raises Refused("duplicate") for a second live entry.
    """
    if Entry.objects.live().filter(race=race, athlete=athlete).exists():
        raise Refused("duplicate", race=race.name_here)
    submission = _sheet_of_organizer(race, athlete, by, at)
    entry = Entry.objects.create(
        tenant_id=race.tenant_id,
        submission=submission,
        race=race,
        athlete=athlete,
        seed_time=seed_time,
        ticket=None,
        pacemaker=pacemaker,
        fee=race.fee_yen,
        entered_at=at,
    )
    record("entry.invited", entry, by=by, after={"race": race.name, "athlete": athlete.pk}, why=why)
    if to := athlete.team.contact_email:
        key, context = f"entry.received:{submission.pk}", {"submission": submission.pk}
        enqueue("entry.received", to=to, key=key, context=context, at=at, tenant_id=race.tenant_id)
    return entry


def _sheet_of_organizer(race: Race, athlete: Athlete, by: User, at: datetime) -> Submission:
    """A submission of its own for one host entry."""
    reference = new_reference()
    return Submission.objects.create(
        tenant_id=race.tenant_id,
        meet_id=race.meet_id,
        team=athlete.team,
        key=f"invite:{reference}",
        body_hash=hash_of(race.meet_id, []),
        reference=reference,
        source=Source.ORGANIZER,
        submitted_by=by,
        submitted_at=at,
    )


@retry_when_locked
@transaction.atomic
def move(*, entries: Sequence[Entry], to: Race, by: User, at: datetime, why: str = "") -> list[Entry]:
    """Move entries to another race of the meet, in the order of their tickets. Returns whom the freed places promoted.

    Who held a place keeps one: within the new race's places when there is one free, else past its line. Who waited
    goes to the end of the new race's queue. Raises Refused, and then moves none.
    """
    ids = [entry.pk for entry in entries]
    left = set(Entry.objects.filter(pk__in=ids).values_list("race_id", flat=True))
    places.lock_races(left | {to.pk})
    rows = Entry.objects.live().with_state().filter(pk__in=ids).select_related("race__meet", "athlete")
    for entry in rows.order_by("ticket", "pk"):
        rules.check_may_move(entry, to)
        before = {"race": entry.race.name, "ticket": entry.ticket, "state": entry.state}
        entry.ticket = _ticket_in(to, holds_a_place=entry.state == "accepted")
        entry.race = to
        entry.save(update_fields=["race", "ticket"])
        record("entry.moved", entry, by=by, before=before, after={"race": to.name, "ticket": entry.ticket}, why=why)
    promoted: list[Entry] = []
    for race in Race.objects.filter(pk__in=sorted(left | {to.pk})).select_related("meet").order_by("pk"):
        promoted += settle(race, meet=race.meet, at=at)
    return promoted


def _ticket_in(race: Race, *, holds_a_place: bool) -> int | None:
    fresh = Race.objects.get(pk=race.pk)
    if holds_a_place and fresh.last_ticket >= fresh.line:
        return None
    return places.take_one_ticket(race)


@retry_when_locked
@transaction.atomic
def change_places(
    *, race: Race, places_now: int | None, waiting_places: int | None, by: User, at: datetime
) -> list[Entry]:
    """Set a race's places and the length of its waiting list (None: no limit). Returns whom that promoted.

    With more places the first who wait move up; with fewer nobody loses a place that was given.
    """
    places.lock_races([race.pk])
    race = Race.objects.select_related("meet").get(pk=race.pk)
    before = {"places": race.places, "waiting_places": race.waiting_places}
    after = {"places": places_now, "waiting_places": waiting_places}
    if before == after:
        return []
    race.places, race.waiting_places = places_now, waiting_places
    race.save(update_fields=["places", "waiting_places"])
    record("race.places_changed", race, by=by, before=before, after=after)
    return settle(race, meet=race.meet, at=at)


@retry_when_locked
@transaction.atomic
def add_place(*, race: Race, key: str, by: User, at: datetime) -> tuple[Race, list[Entry]]:
    """One more place; the first who waits moves up. Returns the race as it is now, and whom that promoted.

    Each key adds one, so a form that is sent again adds none. Raises Refused for a race without a limit.
    """
    places.lock_races([race.pk])
    if is_press_noted(race, key):
        return Race.objects.select_related("meet").get(pk=race.pk), []
    if not Race.objects.filter(pk=race.pk, places__isnull=False).update(places=F("places") + 1):
        raise Refused("no_limit_to_raise")
    race = Race.objects.select_related("meet").get(pk=race.pk)
    now = race.places or 0
    record("race.place_added", race, by=by, before={"places": now - 1}, after={"places": now, "_key": key})
    return race, settle(race, meet=race.meet, at=at)
