"""Erasing one person: a pseudonym in the record of the meets, nothing anywhere else (requirement P3).

The same for a coach's page, the desk, the commands, retention, and the replay after a restore (requirement D9).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from entries.archive import rules
from entries.archive.traces import traces_of
from entries.records.person import Person
from entries.records.subjects import commitments, subject_named, subject_of, subjects
from entries.records.traces import Trace
from tenants.audit.actions import record
from tenants.models import User
from tenants.privacy.models import Erasure
from tenants.refusal import Refused
from tenants.retry import retry_when_locked
from tenants.scope import across_tenants

Counts = Mapping[str, int]


class Preview(NamedTuple):
    """What an erasure would do now: rows of which table it changes, what it withdraws first, and whether it is refused."""

    changed: Counts
    kept: Counts
    withdrawn: int
    refusal: Refused | None


def preview(subject: Model) -> Preview:
    """What would be erased of an athlete or an account, and what stands in the way. Nothing is written."""
    today = timezone.localdate()
    with across_tenants(), transaction.atomic():
        person = person_of(subject)
        traces = list(traces_of(person))
        pending = sum(1 for one in commitments() for _row in one.pending(person.rows, today))
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


def person_of(subject: Model) -> Person:
    """Who is meant by a row, as it is in the database now."""
    return subject_of(subject).person_of(subject)


@retry_when_locked
def erase(subject: Model, *, by: User | None, at: datetime, why: str = "", withdraw: bool = False) -> Counts:
    """Erase an athlete or an account, and with one who enters alone the athlete, the account and the team. Counts of
    changed rows by table.

    Entries, tickets and totals stay, and what an account did stays in the trail without a name. With `withdraw` live
    entries of coming meets are withdrawn first, through the entry's own action, so that those who wait move up; else they
    are refused. Raises Refused, Busy.
    """
    if subject_of(subject).has_gone(subject):
        raise Refused("erased_already")
    with across_tenants():
        _withdraw(person_of(subject), by=by, at=at, withdraw=withdraw)
        with transaction.atomic():
            person = _held(subject)
            rules.check_may_erase(person, withdraw=False, today=timezone.localdate(at))  # nobody entered them meanwhile
            counts = _erase(person, at=at)
            rules.check_not_erased(person, left=len(counts))
            _note(subject, counts, by=by, at=at, why=person.masked(why))
        end_late(person.rows, at=at)
    return counts


def _held(subject: Model) -> Person:
    """The person as they are once nobody else is writing their rows: always accounts first, then athletes."""
    person = person_of(subject)
    for one in subjects():
        held = one.model._default_manager.select_for_update(of=("self",))
        list(held.filter(pk__in=[row.pk for row in person.of(one.model)]).order_by("pk").values_list("pk"))
    return person_of(subject)


def end_late(rows: Sequence[Model], *, at: datetime) -> int:
    """End what came through while these people were being erased; how many. Read it across tenants."""
    return sum(one.end_late(rows, at) for one in commitments())


def _withdraw(person: Person, *, by: User | None, at: datetime, withdraw: bool) -> None:
    today = timezone.localdate(at)
    rules.check_may_erase(person, withdraw=withdraw, today=today)
    _end(person, by=by, at=at)


def _end(person: Person, *, by: User | None, at: datetime) -> None:
    for one in commitments():
        for row in one.pending(person.rows, timezone.localdate(at)):
            one.end(row, by, at)


def _erase(person: Person, *, at: datetime) -> Counts:
    """Write what `traces_of` says, in the current transaction."""
    traces = list(traces_of(person))
    for trace in traces:
        rows = trace.model._default_manager.filter(pk=trace.pk)
        if trace.changes is None:
            rows.delete()
        elif trace.changes:
            rows.update(**trace.changes)
    for one in subjects():
        one.mark(person, at)
    return _counts(traces)


def _note(target: Model, counts: Counts, *, by: User | None, at: datetime, why: str) -> None:
    """In the trail, and in the list that outlives a restore."""
    target.refresh_from_db()
    about = subject_of(target)
    actor = None if by is not None and not User.objects.filter(pk=by.pk, is_active=True).exists() else by
    record(f"{about.verb}.erased", target, by=actor, after=dict(counts), why=why)
    subject = f"{about.kind}:{target.pk}"
    Erasure.objects.create(subject=subject, at=at, by=actor, why=why[:300], counts=dict(counts))


def replay_subject(kind: str, pk: int, at: datetime) -> Counts:
    """After a restore: without questions, since they were answered before; the list has its line already."""
    subject = subject_named(kind).model._default_manager.filter(pk=pk).first()
    if subject is None:
        return {}
    with across_tenants():
        _end(person_of(subject), by=None, at=at)
        with transaction.atomic():
            return _erase(_held(subject), at=at)
