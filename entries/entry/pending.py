"""Entries in meets to come: what they have to do with the end of a person's data."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet
from django.utils import timezone

from entries.entry.entry_actions import withdraw
from entries.entry.models import Entry
from entries.meet.models import OVER
from entries.records.person import Person
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import across_tenants


def pending_entries(rows: Sequence[Model], *, today: date) -> QuerySet[Entry]:
    """Live entries of those of the rows that are athletes, in meets still to come or under way. Read it across
    tenants."""
    athletes = [row.pk for row in rows if isinstance(row, Athlete)]
    return _pending(today).filter(athlete__in=athletes).select_related("race__meet", "athlete").order_by("pk")


def pending_entries_of(athlete: OuterRef, *, today: date) -> QuerySet[Entry]:
    """The same, within a query of athletes."""
    return _pending(today).filter(athlete=athlete)


def _pending(today: date) -> QuerySet[Entry]:
    return Entry.objects.live().filter(race__meet__ends_on__gte=today).exclude(race__meet__state__in=OVER)


def entered_to_come(*, today: date) -> QuerySet[Entry]:
    """Live entries that a day has not yet passed, at all hosts: an athlete's guardian is the athlete's, whoever asks."""
    with across_tenants():
        return Entry.objects.live().filter(race__meet__ends_on__gte=today)


def end(entry: Entry, by: User | None, at: datetime) -> None:
    """Withdraw it, so that who waits moves up."""
    withdraw(entry=entry, by=by, at=at, by_organizer=True)


def withdraw_late(rows: Sequence[Model], at: datetime) -> int:
    """Withdraw live entries of erased athletes; how many. Somebody who was sending a sheet while the athlete was erased
    waited for the athlete's row, and their entry came through just after."""
    numbers = [row.pk for row in rows if isinstance(row, Athlete)]
    with transaction.atomic():
        erased = Athlete.objects.select_for_update(of=("self",)).filter(pk__in=numbers, erased_at__isnull=False)
        held = list(erased.order_by("pk"))
    pending = list(pending_entries(held, today=timezone.localdate(at)))
    for entry in pending:
        end(entry, None, at)
    return len(pending)


def check_leaves_somebody(person: Person, today: date) -> None:
    """No team loses its last member before its meet. Raises Refused("erase_last_member")."""
    own = {team.pk for team in person.of(Team)}
    for user in person.of(User):
        for team in Team.objects.filter(memberships__user=user).exclude(pk__in=own):
            if Membership.objects.filter(team=team).count() > 1:
                continue
            left = Entry.objects.live().filter(submission__team=team, race__meet__ends_on__gte=today)
            if left.exclude(race__meet__state__in=OVER).exists():
                raise Refused("erase_last_member", team=team.name)
