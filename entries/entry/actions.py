"""Entering: the one way into a race, for the sheet, for files and for the organizer."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction

from catalog.shoes.queries import Shoe
from entries.entry import drafts, places, queries, rules
from entries.entry.lines import Line, SheetRefused, hash_of, new_reference
from entries.entry.models import Entry, Source, Submission
from entries.entry.shoes import verdicts_for_trail
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.audit.actions import plain, record
from tenants.models import User
from tenants.outbox.actions import enqueue, language_of_mail
from tenants.refusal import Refused
from tenants.request_id import request_id
from tenants.retry import retry_when_locked
from tenants.upkeep.counters import count

Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class AtHand:
    """What the door has read already: the meet's races, a second old at most, and athletes of the team."""

    races: Mapping[int, Race]
    athletes: Mapping[int, Athlete]


@retry_when_locked
def submit_at_once(
    *, meet: Meet, team: Team, lines: Sequence[Line], key: str, by: User, at: datetime, at_hand: AtHand
) -> Submission | None:
    """Enter a sheet by what is at hand, as `submit` does. None for whatever stands in the way: ask `submit`, which reads
    all afresh and says why. So nobody is refused by what is a second old, and who is taken pays for no second reading. Raises Busy."""
    try:
        submission = _write_checked(meet, team, lines, key, by, at, Source.SHEET, at_hand)
    except (Refused, SheetRefused, IntegrityError, _NoPlace):
        return None
    transaction.on_commit(partial(_counted, "taken", len(lines)))
    return submission


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
        submission = _submit(meet, team, lines, key, by, at, source)
    except (Refused, SheetRefused, IntegrityError):
        first = Submission.objects.filter(team=team, key=key).first()
        if first is None:
            _counted("refused", len(lines))
            raise
        if first.body_hash != hash_of(meet.pk, lines):
            raise Refused("key_reused") from None
        return first
    transaction.on_commit(partial(_counted, "taken", len(lines)))
    return submission


def _counted(outcome: str, lines: int) -> None:
    """Count submissions and entries by outcome, for /metrics."""
    count("submissions", outcome=outcome)
    count("entries", lines, outcome=outcome)


def _submit(meet: Meet, team: Team, lines: Sequence[Line], key: str, by: User, at: datetime, source: str) -> Submission:
    rules.check_takes_entries(meet, at=at)
    races = queries.races_of(meet, only=rules.ASKED_OF_RACES)
    ids = {line.athlete_id for line in lines}
    mine = Athlete.objects.filter(team=team, pk__in=ids).only(*rules.ASKED_OF_ATHLETES)
    read = AtHand(races, {athlete.pk: athlete for athlete in mine})
    try:
        return _write_checked(meet, team, lines, key, by, at, source, read)
    except IntegrityError:
        refused = rules.duplicates(lines, races=races, held=queries.pairs_held(meet, team))
        if refused:
            raise SheetRefused(refused) from None
        raise
    except _NoPlace:
        rules.check_takes_entries(Meet.objects.get(pk=meet.pk), at=at)  # changed while we stood in line
        fresh = {race.pk: race for race in Race.objects.filter(pk__in={line.race_id for line in lines})}
        raise SheetRefused(rules.full_races(lines, races=fresh)) from None


def _write_checked(
    meet: Meet, team: Team, lines: Sequence[Line], key: str, by: User, at: datetime, source: str, read: AtHand
) -> Submission:
    """Ask the rules, then write. Raises Refused, SheetRefused, IntegrityError for what is there already, _NoPlace."""
    rules.check_takes_entries(meet, at=at)
    races = read.races
    shoes = queries.declared_shoes(lines)
    rules.check_lines(meet, lines, races=races, athletes=read.athletes, shoes=set(shoes))
    submission = Submission(
        tenant_id=meet.tenant_id, meet=meet, team=team, key=key, body_hash=hash_of(meet.pk, lines),
        reference=new_reference(), source=source, submitted_by=by, submitted_at=at,
    )  # fmt: skip
    columns = _columns(lines, races, shoes)
    worn = verdicts_for_trail(lines, races=races, shoes=shoes)
    limited = rules.has_limits(meet, {line.race_id: races[line.race_id] for line in lines})
    with transaction.atomic():
        if limited:
            places.lock_team(team.pk)
            rules.check_limits(meet, lines, races=races, held=queries.pairs_held(meet, team))
        _write(submission, columns, by, worn)
    return submission


class _NoPlace(Exception):
    """At the moment of writing the meet took no entries, a race was paused or gone, or it took no more."""


def _columns(lines: Sequence[Line], races: Mapping[int, Race], shoes: Mapping[int, Shoe]) -> Columns:
    """What the lines put into the table of entries, column by column: no model object for each row of a rush."""
    labels = {pk: shoe.label for pk, shoe in shoes.items()}
    lines = sorted(lines, key=lambda line: line.race_id)  # the one statement numbers rows race by race: so do all
    return {
        "race_id": [line.race_id for line in lines],
        "athlete_id": [line.athlete_id for line in lines],
        "seed_time": [line.seed_time for line in lines],
        "personal_best": [line.personal_best for line in lines],
        "pacemaker": [line.pacemaker for line in lines],
        "shoe_id": [line.shoe_id for line in lines],
        "shoe_declared": [labels.get(line.shoe_id or 0, "") for line in lines],
        "fee": [races[line.race_id].fee_yen for line in lines],
    }


def _write(submission: Submission, columns: Columns, by: User, worn: list[str]) -> None:
    """Store submission, entries, mail and trail, and drop the draft, in the current transaction. Raises _NoPlace."""
    submission.check_scope()
    trail = {"entries": len(columns["race_id"]), "races": sorted(set(columns["race_id"]))}
    trail |= {"shoes": worn} if worn else {}
    if connection.vendor == "postgresql":
        _write_in_one_statement(submission, columns, trail, by)
    else:
        _write_row_by_row(submission, columns, trail, by)


def _write_in_one_statement(submission: Submission, columns: Columns, trail: dict[str, Any], by: User) -> None:
    found = places.write_submission_in_one_statement(_values(submission, columns, trail, by))
    if found is None:
        raise _NoPlace
    submission.pk = found
    submission._state.adding = False


def _write_row_by_row(submission: Submission, columns: Columns, trail: dict[str, Any], by: User) -> None:
    submission.save()
    Entry.objects.bulk_create(_rows_with_tickets(submission, columns))
    for address in queries.addresses_of(submission.team, by):
        enqueue(
            "entry.received",
            to=address,
            key=f"entry.received:{submission.pk}",
            context={"submission": submission.pk},
            at=submission.submitted_at,
            tenant_id=submission.tenant_id,
        )
    record("entry.submitted", submission, by=by, after=trail)
    drafts.drop(meet=submission.meet, team=submission.team, by=by)


def _rows_with_tickets(submission: Submission, columns: Columns) -> list[Entry]:
    next_ticket: dict[int, int] = {}
    wanted = Counter(columns["race_id"])
    at = submission.submitted_at
    races = list(Race.objects.filter(pk__in=wanted, meet__in=Meet.objects.taking_entries_at(at)))
    if len(races) < len(wanted):
        raise _NoPlace
    for race in races:
        base = places.take_tickets_one_by_one(race, wanted[race.pk])
        if base is None:
            raise _NoPlace
        next_ticket[race.pk] = base
    rows = []
    for values in zip(*columns.values(), strict=True):
        row = Entry(
            tenant_id=submission.tenant_id,
            submission=submission,
            entered_at=submission.submitted_at,
            **dict(zip(columns, values, strict=True)),
        )
        next_ticket[row.race_id] += 1
        row.ticket = next_ticket[row.race_id]
        rows.append(row)
    return rows


def _values(submission: Submission, columns: Columns, trail: dict[str, Any], by: User) -> dict[str, Any]:
    return {
        **columns,
        **{name: getattr(submission, name) for name in ("key", "body_hash", "reference", "source")},
        "tenant": submission.tenant_id, "meet": submission.meet_id, "team": submission.team_id, "by": by.pk,
        "at": submission.submitted_at, "after": json.dumps(plain(trail)), "request_id": request_id.get(),
        "addresses": queries.addresses_of(submission.team, by), "language": language_of_mail(),
    }  # fmt: skip
