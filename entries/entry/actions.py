"""Entering: the one way into a race, for the sheet, for files and for the organizer."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import get_language

from catalog.models import MasterProduct
from entries.entry import places, rules
from entries.entry.models import Entry, SheetDraft, Source, Submission
from entries.entry.order import Line, SheetRefused, hash_of, new_reference
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.audit.actions import record
from tenants.models import User
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.request_id import request_id
from tenants.retry import retry_when_locked

Held = list[tuple[int, int]]


@retry_when_locked
def submit(
    *, meet: Meet, team: Team, lines: Sequence[Line], key: str, by: User, at: datetime, source: str = Source.SHEET
) -> Submission:
    """Take all lines or none. In each race the places go in the order of commit, the rest wait in the same order.

    The same key with the same lines returns the first submission, whatever happened since; with other lines it raises
    Refused("key_reused"). Raises Refused when the meet takes no entries at `at` (the database's clock), SheetRefused
    with every row's reasons, Busy after lock conflicts. The caller has checked that `by` may enter for `team`.
    """
    try:
        return _submit(meet, team, lines, key, by, at, source)
    except (Refused, SheetRefused, IntegrityError):
        first = Submission.objects.filter(team=team, key=key).first()
        if first is None:
            raise
        if first.body_hash != hash_of(meet.pk, lines):
            raise Refused("key_reused") from None
        return first


def _submit(meet: Meet, team: Team, lines: Sequence[Line], key: str, by: User, at: datetime, source: str) -> Submission:
    rules.check_takes_entries(meet, at=at)
    races = races_of(meet)
    ids = {line.athlete_id for line in lines}
    athletes = {athlete.pk: athlete for athlete in Athlete.objects.filter(team=team, pk__in=ids)}
    shoes = declared_shoes(lines)
    rules.check_lines(meet, lines, races=races, athletes=athletes, shoes=set(shoes))
    order = Submission(
        tenant_id=meet.tenant_id, meet=meet, team=team, key=key, body_hash=hash_of(meet.pk, lines),
        reference=new_reference(), source=source, submitted_by=by, submitted_at=at,
    )  # fmt: skip
    rows = _entries(order, lines, races, shoes)
    limited = rules.has_limits(meet, {line.race_id: races[line.race_id] for line in lines})
    try:
        with transaction.atomic():
            if limited:
                places.lock_team(team.pk)
                rules.check_limits(meet, lines, races=races, held=_held(meet, team))
            _write(order, rows, by)
    except IntegrityError:
        refused = rules.duplicates(lines, races=races, held=_held(meet, team))
        if refused:
            raise SheetRefused(refused) from None
        raise
    except _NoPlace:
        fresh = {race.pk: race for race in Race.objects.filter(pk__in={line.race_id for line in lines})}
        raise SheetRefused(rules.full_races(lines, races=fresh)) from None
    return order


class _NoPlace(Exception):
    """A race was paused or took no more at the moment of writing."""


def races_of(meet: Meet) -> dict[int, Race]:
    """The meet's races by id, each with the meet itself attached."""
    races = {race.pk: race for race in Race.objects.filter(meet=meet)}
    for race in races.values():
        race.meet = meet
    return races


def _held(meet: Meet, team: Team) -> Held:
    """The team's live (athlete, race) pairs in this meet."""
    mine = Entry.objects.live().filter(submission__meet=meet, submission__team=team)
    return list(mine.values_list("athlete_id", "race_id"))


def declared_shoes(lines: Sequence[Line]) -> dict[int, str]:
    """What was declared, in words, by product id; only products of the host in scope."""
    wanted = {line.shoe_id for line in lines if line.shoe_id is not None}
    if not wanted:
        return {}
    return {shoe.pk: f"{shoe} {shoe.name}".strip() for shoe in MasterProduct.objects.filter(pk__in=wanted)}


def _entries(
    order: Submission, lines: Sequence[Line], races: Mapping[int, Race], shoes: Mapping[int, str]
) -> list[Entry]:
    return [
        Entry(
            tenant_id=order.tenant_id, race_id=line.race_id, athlete_id=line.athlete_id, seed_time=line.seed_time,
            personal_best=line.personal_best, pacemaker=line.pacemaker, shoe_id=line.shoe_id,
            shoe_declared=shoes.get(line.shoe_id or 0, ""), entered_at=order.submitted_at,
            fee=races[line.race_id].fee_yen,
        )
        for line in lines
    ]  # fmt: skip


def addresses_of(team: Team, by: User) -> list[str]:
    """Who gets a submission's mails: the sender, and the team's contact when that is somebody else."""
    return list(dict.fromkeys(address for address in (by.email, team.contact_email.lower()) if address))


def _write(order: Submission, rows: list[Entry], by: User) -> None:
    """Store submission, entries, mail and trail, and drop the draft, in the current transaction. Raises _NoPlace."""
    order.check_scope()
    if connection.vendor == "postgresql":
        found = places.write_submission_in_one_statement(_values(order, rows, by))
        if found is None:
            raise _NoPlace
        order.pk = found
        order._state.adding = False
        return
    order.save()
    _give_tickets(order, rows)
    Entry.objects.bulk_create(rows)
    for address in addresses_of(order.team, by):
        enqueue(
            "entry.received", to=address, key=f"entry.received:{order.pk}", context={"submission": order.pk},
            at=order.submitted_at, tenant_id=order.tenant_id,
        )  # fmt: skip
    record("entry.submitted", order, by=by, after=_trail(rows))
    SheetDraft.objects.filter(meet=order.meet, team=order.team).delete()


def _give_tickets(order: Submission, rows: list[Entry]) -> None:
    next_ticket: dict[int, int] = {}
    wanted = Counter(row.race_id for row in rows)
    for race in Race.objects.filter(pk__in=wanted):
        base = places.take_tickets_one_by_one(race, wanted[race.pk])
        if base is None:
            raise _NoPlace
        next_ticket[race.pk] = base
    for row in rows:
        next_ticket[row.race_id] += 1
        row.submission, row.ticket = order, next_ticket[row.race_id]


def _trail(rows: Sequence[Entry]) -> dict[str, Any]:
    return {"entries": len(rows), "races": sorted({row.race_id for row in rows})}


def _values(order: Submission, rows: Sequence[Entry], by: User) -> dict[str, Any]:
    columns = ("seed_time", "personal_best", "pacemaker", "shoe_declared", "fee")
    return {
        **{name: [getattr(row, name) for row in rows] for name in columns},
        "race": [row.race_id for row in rows],
        "athlete": [row.athlete_id for row in rows],
        "shoe": [row.shoe_id for row in rows],
        **{name: getattr(order, name) for name in ("key", "body_hash", "reference", "source")},
        "tenant": order.tenant_id, "meet": order.meet_id, "team": order.team_id, "by": by.pk,
        "at": order.submitted_at, "after": json.dumps(_trail(rows)), "request_id": request_id.get(),
        "addresses": addresses_of(order.team, by), "language": (get_language() or "ja")[:2],
    }  # fmt: skip
