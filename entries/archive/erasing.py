"""Erasing one person: a pseudonym in the record of the meets, nothing anywhere else (reliability P3).

The same for a coach's page, the desk, the commands, retention, and the replay after a restore (D9).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from entries.archive import rules
from entries.archive.person import Person, of_athlete, of_user
from entries.archive.queries import pending_entries
from entries.archive.traces import Trace, traces_of
from entries.entry.changes import withdraw as withdraw_entry
from entries.roster.models import Athlete
from tenants.audit.actions import record
from tenants.models import User
from tenants.privacy.models import Erasure
from tenants.refusal import Refused
from tenants.scope import across_tenants

Counts = Mapping[str, int]


def preview_athlete(athlete: Athlete) -> Counts:
    """How many rows of which table would change; nothing is written."""
    return _preview(lambda: of_athlete(athlete))


def preview_user(user: User) -> Counts:
    """As for an athlete."""
    return _preview(lambda: of_user(user))


def _preview(find: Callable[[], Person]) -> Counts:
    with across_tenants(), transaction.atomic():
        return _counts(list(traces_of(find())))


def _counts(traces: list[Trace]) -> Counts:
    return dict(sorted(Counter(trace.table for trace in traces if trace.changes != {}).items()))


def erase_athlete(athlete: Athlete, *, by: User | None, at: datetime, why: str = "", withdraw: bool = False) -> Counts:
    """Erase an athlete, and with one who enters alone the account and the team. Counts of changed rows by table.

    Entries, tickets and totals stay. With `withdraw` live entries of coming meets are withdrawn first, through the
    entry's own action, so that those who wait move up; else they are refused. Raises Refused, Busy.
    """
    with across_tenants():
        if athlete.erased_at is not None:
            raise Refused("erased_already")
        _withdraw(of_athlete(athlete), by=by, at=at, withdraw=withdraw)
        with transaction.atomic():
            fresh = Athlete.objects.select_for_update(of=("self",)).select_related("team").get(pk=athlete.pk)
            person = of_athlete(fresh)
            rules.check_may_erase(person, withdraw=False, today=timezone.localdate(at))  # nobody entered them meanwhile
            counts = _erase(person, at=at)
            _note(f"athlete:{athlete.pk}", Athlete.objects.get(pk=athlete.pk), counts, by=by, at=at, why=why)
    return counts


def erase_user(user: User, *, by: User | None, at: datetime, why: str = "", withdraw: bool = False) -> Counts:
    """Erase an account; what its person did stays in the trail without a name. As `erase_athlete`."""
    with across_tenants():
        _withdraw(of_user(User.objects.get(pk=user.pk)), by=by, at=at, withdraw=withdraw)
        with transaction.atomic():
            counts = _erase(of_user(User.objects.select_for_update(of=("self",)).get(pk=user.pk)), at=at)
            if not counts:
                raise Refused("erased_already")
            _note(f"user:{user.pk}", User.objects.get(pk=user.pk), counts, by=by, at=at, why=why)
    return counts


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


def _note(subject: str, target: Athlete | User, counts: Counts, *, by: User | None, at: datetime, why: str) -> None:
    """In the trail, and in the list that outlives a restore."""
    verb = "athlete.erased" if isinstance(target, Athlete) else "account.erased"
    actor = None if by is not None and not User.objects.filter(pk=by.pk, is_active=True).exists() else by
    record(verb, target, by=actor, after=dict(counts), why=why)
    Erasure.objects.create(subject=subject, at=at, by=actor, why=why[:300], counts=dict(counts))


def replay_athlete(pk: int, at: datetime) -> Counts:
    """After a restore: without questions, since they were answered before; the list has its line already."""
    athlete = Athlete.objects.filter(pk=pk).select_related("team").first()
    return {} if athlete is None else _again(lambda: of_athlete(athlete), at)


def replay_user(pk: int, at: datetime) -> Counts:
    """As for an athlete."""
    user = User.objects.filter(pk=pk).first()
    return {} if user is None else _again(lambda: of_user(user), at)


def _again(find: Callable[[], Person], at: datetime) -> Counts:
    with across_tenants():
        for entry in pending_entries(find().athletes, today=timezone.localdate(at)):
            withdraw_entry(entry=entry, by=None, at=at, by_organizer=True)
        with transaction.atomic():
            return _erase(find(), at=at)
