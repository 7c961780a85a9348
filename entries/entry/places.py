"""Who gets a place: tickets, and the line up to which they hold one.

The design and its measurements are in docs/decisions.md ("Places"). A ticket is the next number of a race, taken
under the race's advisory lock, so that tickets follow the order of commit. Entries up to `race.line` hold a place.
Only this module writes `last_ticket`, `line` and `waiting_gone`. Whoever locks several races locks them in the
order of their ids; a team's lock is taken before any race's.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import F

from entries.entry.drafts import drop_sql
from entries.entry.models import Entry, Submission
from entries.meet.models import NO_LINE, Race, State
from tenants.audit.actions import record_sql
from tenants.outbox.actions import enqueue_sql

RACE_LOCK, TEAM_LOCK = 7, 8


def lock_races(race_ids: Iterable[int]) -> None:
    """Wait for, and hold until the transaction ends, the races' queues. SQLite has one writer and needs no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS id",
                [RACE_LOCK, sorted(set(race_ids))],
            )


def lock_team(team_id: int) -> None:
    """Hold a team's sheets apart, for limits that are counted over several races."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TEAM_LOCK, team_id])


_MAIL = enqueue_sql(
    "entry.received",
    to="address",
    key="'entry.received:' || submission.id",
    context="jsonb_build_object('submission', submission.id)",
    at="%(at)s",
    tenant_id="%(tenant)s",
    language="%(language)s",
    rows="submission, unnest(%(addresses)s::text[]) AS address",
)
_TRAIL = record_sql(
    "entry.submitted",
    Submission,
    target_id="submission.id",
    target_name="%(reference)s",
    tenant_id="%(tenant)s",
    by="%(by)s",
    at="%(at)s",
    after="%(after)s::jsonb",
    request_id="%(request_id)s",
    rows="submission",
)
_DRAFT = drop_sql(meet="%(meet)s", team="%(team)s", by="%(by)s", rows="submission")
TAKE_TICKETS = f"""
WITH req AS (
    SELECT * FROM unnest(%(race_id)s::bigint[], %(athlete_id)s::bigint[], %(seed_time)s::int[], %(personal_best)s::int[],
                         %(pacemaker)s::bool[], %(shoe_id)s::bigint[], %(shoe_declared)s::text[], %(fee)s::int[])
        WITH ORDINALITY q(race_id, athlete_id, seed_time, personal_best, pacemaker, shoe_id, shoe_declared, fee, ord)
), need AS (
    SELECT race_id, count(*)::int AS n FROM req GROUP BY race_id
), held AS MATERIALIZED (
    SELECT race_id, {{lock}} FROM (SELECT race_id FROM need ORDER BY race_id) o
), meet AS MATERIALIZED (
    SELECT m.id FROM entries_meet m CROSS JOIN (SELECT count(*) FROM held) in_line
    WHERE m.id = %(meet)s AND m.entries_paused_at IS NULL AND m.state = '{State.PUBLISHED}'
      AND m.entries_open_at <= %(at)s AND m.entries_close_at > %(at)s FOR SHARE OF m
), ticket AS (
    UPDATE entries_race r SET last_ticket = r.last_ticket + need.n
    FROM need JOIN held USING (race_id) CROSS JOIN meet
    WHERE r.id = need.race_id AND r.meet_id = %(meet)s AND r.tenant_id = %(tenant)s AND r.paused_at IS NULL
      AND (r.waiting_places IS NULL OR r.last_ticket + need.n - r.line - r.waiting_gone <= r.waiting_places)
    RETURNING r.id, r.last_ticket - need.n AS base
), submission AS (
    INSERT INTO entries_submission
        (tenant_id, meet_id, team_id, key, body_hash, reference, source, submitted_by_id, submitted_at)
    SELECT %(tenant)s, %(meet)s, %(team)s, %(key)s, %(body_hash)s, %(reference)s, %(source)s, %(by)s, %(at)s
    WHERE (SELECT count(*) FROM ticket) = (SELECT count(*) FROM need)
    RETURNING id
), mail AS (
    {_MAIL}
), trail AS (
    {_TRAIL}
), draft AS (
    {_DRAFT}
)
INSERT INTO entries_entry (tenant_id, submission_id, race_id, athlete_id, ticket, seed_time, personal_best, pacemaker,
                           shoe_id, shoe_declared, fee, entered_at)
SELECT %(tenant)s, submission.id, req.race_id, req.athlete_id,
       ticket.base + row_number() OVER (PARTITION BY req.race_id ORDER BY req.ord),
       req.seed_time, req.personal_best, req.pacemaker, req.shoe_id, req.shoe_declared, req.fee, %(at)s
FROM req JOIN ticket ON ticket.id = req.race_id CROSS JOIN submission
RETURNING submission_id
"""
"""The whole submission in one statement: 4 to 7 times the entries per second of one statement a row, and the race's
lock is held for no round trip. The statement's snapshot is older than the lock, so everything that decides stands on
the race's own row, which UPDATE reads afresh, or on the meet's, which FOR SHARE reads afresh once the locks are ours; the
submission's foreign key locks that row anyway. No row comes back when the meet takes no entries, a race is paused or full:
roll back then."""

LOCK = f"pg_advisory_xact_lock({RACE_LOCK}, race_id::int)"


def write_submission_in_one_statement(values: dict[str, Any]) -> int | None:
    """Primary key of the new submission; None when a race took no more. PostgreSQL only; within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TICKETS.format(lock=LOCK), values)
        row = cursor.fetchone()
    return row[0] if row else None


def take_tickets_one_by_one(race: Race, wanted: int) -> int | None:
    """The last ticket before the `wanted` new ones; None when the race takes no more. For a race whose queue is held, and
    for SQLite, whose one writer holds the whole database: the caller's transaction began IMMEDIATE."""
    fresh = Race.objects.get(pk=race.pk)
    if fresh.paused_at is not None:
        return None
    waiting = fresh.last_ticket + wanted - fresh.line - fresh.waiting_gone
    if fresh.waiting_places is not None and waiting > fresh.waiting_places:
        return None
    Race.objects.filter(pk=race.pk).update(last_ticket=F("last_ticket") + wanted)
    return fresh.last_ticket


def settle_line(race_id: int, *, promote: bool) -> list[Entry]:
    """Bring the line to where the places are, and return the entries which that promoted, first in line first.

    Call it while the race is locked, after a withdrawal, a move, or a change of places. A place that was given is never
    taken back: with fewer places the line stays until enough have withdrawn. With `promote` false (after the
    promotion's end) nobody moves up and freed places stay empty.
    """
    race = Race.objects.get(pk=race_id)
    line = _line_for(race) if promote else race.line
    still_waiting = Entry.objects.live().filter(race_id=race_id, ticket__gt=line).count()
    gone = max(race.last_ticket - line, 0) - still_waiting
    if (line, gone) == (race.line, race.waiting_gone):
        return []
    promoted = list(
        Entry.objects.live()
        .filter(race_id=race_id, ticket__gt=race.line, ticket__lte=line)
        .select_related("race", "athlete", "submission__team", "submission__submitted_by")
        .order_by("ticket")
    )
    Race.objects.filter(pk=race_id).update(line=line, waiting_gone=gone)
    return promoted


def _line_for(race: Race) -> int:
    """Where the line belongs, from what is in the table."""
    if race.places is None:
        return NO_LINE
    tickets = Entry.objects.live().filter(race_id=race.pk, ticket__isnull=False)
    to_give = race.places - tickets.filter(ticket__lte=race.line).count()
    if to_give <= 0:
        return min(race.line, race.last_ticket)
    queue = tickets.filter(ticket__gt=race.line).order_by("ticket").values_list("ticket", flat=True)
    waiting = [ticket for ticket in queue[:to_give] if ticket is not None]
    if len(waiting) == to_give:
        return waiting[-1]
    return race.last_ticket + to_give - len(waiting)


def take_one_ticket(race: Race) -> int:
    """The next ticket of a locked race, whatever its waiting list says. For entries that an organizer moves."""
    Race.objects.filter(pk=race.pk).update(last_ticket=F("last_ticket") + 1)
    race.refresh_from_db(fields=["last_ticket"])
    return race.last_ticket
