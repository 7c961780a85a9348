"""Erasing one person: a pseudonym in the record of the meets, nothing anywhere else (reliability P3).

The same for a coach's page, the desk, the commands, retention, and the replay after a restore (D9).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from entries.archive import rules
from entries.archive.person import Person, of
from entries.archive.queries import pending_entries
from entries.archive.traces import Trace, traces_of
from entries.entry.entry_actions import withdraw as withdraw_entry
from entries.roster.models import Athlete
from tenants.audit.actions import record
from tenants.models import User
from tenants.privacy.models import Erasure
from tenants.refusal import Refused
from tenants.retry import retry_when_locked
from tenants.scope import across_tenants

Counts = Mapping[str, int]
Subject = Athlete | User


class Preview(NamedTuple):
    """What an erasure would do now: rows of which table it changes, what it withdraws first, and whether it is refused."""

    changed: Counts
    kept: Counts
    withdrawn: int
    refusal: Refused | None


def preview(subject: Subject) -> Preview:
    """Nothing is written."""
    today = timezone.localdate()
    with across_tenants(), transaction.atomic():
        person = of(subject)
        traces = list(traces_of(person))
        pending = pending_entries(person.athletes, today=today).count()
        return Preview(_counts(traces), _counts(traces, kept=True), pending, _refusal(person, traces, today))


def _refusal(person: Person, traces: list[Trace], today: date) -> Refused | None:
    """What would be said to somebody who did not ask to withdraw."""
    try:
        rules.check_not_erased(person, left=len(_counts(traces)))
        rules.check_may_erase(person, withdraw=False, today=today)
    except Refused as refusal:
        return refusal
    return None


def _counts(traces: list[Trace], *, kept: bool = False) -> Counts:
    return dict(sorted(Counter(trace.table for trace in traces if (trace.changes == {}) is kept).items()))


@retry_when_locked
def erase_athlete(athlete: Athlete, *, by: User | None, at: datetime, why: str = "", withdraw: bool = False) -> Counts:
    """Erase an athlete, and with one who enters alone the account and the team. Counts of changed rows by table.

    Entries, tickets and totals stay. With `withdraw` live entries of coming meets are withdrawn first, through the
    entry's own action, so that those who wait move up; else they are refused. Raises Refused, Busy.
    """
    if athlete.erased_at is not None:
        raise Refused("erased_already")
    return _erase_all(athlete, by=by, at=at, why=why, withdraw=withdraw)


@retry_when_locked
def erase_user(user: User, *, by: User | None, at: datetime, why: str = "", withdraw: bool = False) -> Counts:
    """Erase an account; what its person did stays in the trail without a name. As `erase_athlete`."""
    return _erase_all(user, by=by, at=at, why=why, withdraw=withdraw)


def _erase_all(subject: Subject, *, by: User | None, at: datetime, why: str, withdraw: bool) -> Counts:
    with across_tenants():
        _withdraw(of(subject), by=by, at=at, withdraw=withdraw)
        with transaction.atomic():
            person = _held(subject)
            rules.check_may_erase(person, withdraw=False, today=timezone.localdate(at))  # nobody entered them meanwhile
            counts = _erase(person, at=at)
            rules.check_not_erased(person, left=len(counts))
            _note(subject, counts, by=by, at=at, why=person.masked(why))
        settle([athlete.pk for athlete in person.athletes], at=at)
    return counts


def _held(subject: Subject) -> Person:
    """The person as they are once nobody else is writing their rows: always accounts first, then athletes."""
    person = of(subject)
    for model, rows in ((User, person.users), (Athlete, person.athletes)):
        held = model._default_manager.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows])
        list(held.order_by("pk").values_list("pk"))
    return of(subject)


def settle(athletes: Sequence[int], *, at: datetime) -> int:
    """Withdraw live entries of erased athletes; how many. Somebody who was sending a sheet while the athlete was erased
    waited for the athlete's row, and their entry came through just after."""
    with transaction.atomic():
        erased = Athlete.objects.select_for_update(of=("self",)).filter(pk__in=athletes, erased_at__isnull=False)
        numbers = list(erased.order_by("pk").values_list("pk", flat=True))
    pending = list(pending_entries(numbers, today=timezone.localdate(at)))
    for entry in pending:
        withdraw_entry(entry=entry, by=None, at=at, by_organizer=True)
    return len(pending)


def _withdraw(person: Person, *, by: User | None, at: datetime, withdraw: bool) -> None:
    today = timezone.localdate(at)
    rules.check_may_erase(person, withdraw=withdraw, today=today)
    for entry in pending_entries(person.athletes, today=today):
        withdraw_entry(entry=entry, by=by, at=at, by_organizer=True)


def _erase(person: Person, *, at: datetime) -> Counts:
    """Write what `traces_of` says, in the current transaction."""
    traces = list(traces_of(person))
    for trace in traces:
        rows = trace.model._default_manager.filter(pk=trace.pk)
        if trace.changes is None:
            rows.delete()
        elif trace.changes:
            rows.update(**trace.changes)
    numbers = [athlete.pk for athlete in person.athletes]
    Athlete.objects.filter(pk__in=numbers, erased_at__isnull=True).update(erased_at=at)
    Athlete.objects.filter(pk__in=numbers, left_at__isnull=True).update(left_at=at)
    return _counts(traces)


def _note(target: Subject, counts: Counts, *, by: User | None, at: datetime, why: str) -> None:
    """In the trail, and in the list that outlives a restore."""
    target.refresh_from_db()
    verb, kind = ("athlete.erased", "athlete") if isinstance(target, Athlete) else ("account.erased", "user")
    actor = None if by is not None and not User.objects.filter(pk=by.pk, is_active=True).exists() else by
    record(verb, target, by=actor, after=dict(counts), why=why)
    Erasure.objects.create(subject=f"{kind}:{target.pk}", at=at, by=actor, why=why[:300], counts=dict(counts))


def replay_athlete(pk: int, at: datetime) -> Counts:
    """After a restore: without questions, since they were answered before; the list has its line already."""
    athlete = Athlete.objects.filter(pk=pk).first()
    return {} if athlete is None else _again(athlete, at)


def replay_user(pk: int, at: datetime) -> Counts:
    """As for an athlete."""
    user = User.objects.filter(pk=pk).first()
    return {} if user is None else _again(user, at)


def _again(subject: Subject, at: datetime) -> Counts:
    with across_tenants():
        for entry in pending_entries(of(subject).athletes, today=timezone.localdate(at)):
            withdraw_entry(entry=entry, by=None, at=at, by_organizer=True)
        with transaction.atomic():
            return _erase(_held(subject), at=at)
