"""Changing one athlete of a roster."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction

from entries.roster import rules
from entries.roster.actions import hold
from entries.roster.athlete_fields import Values, completed, put, values_of
from entries.roster.models import Athlete, Team
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked


class AthleteRefused(Exception):
    """Some fields are refused; `refused` says why, by field."""

    def __init__(self, refused: dict[str, Refused]) -> None:
        super().__init__(", ".join(sorted(refused)))
        self.refused = refused


@transaction.atomic
def add_athlete(team: Team, *, values: Values, by: User, at: datetime, today: date) -> Athlete:
    """Put a new athlete on the roster. Raises AthleteRefused."""
    athlete = Athlete(team=team)
    _write(team, athlete, completed(values), by=by, at=at, today=today)
    return athlete


def change_athlete(athlete: Athlete, *, values: Values, by: User, at: datetime, today: date) -> None:
    """Set an athlete's fields; nothing happens when nothing differs. Raises AthleteRefused."""
    _write(athlete.team, athlete, completed(values), by=by, at=at, today=today)


def _write(team: Team, athlete: Athlete, values: Values, *, by: User, at: datetime, today: date) -> None:
    is_new = athlete.pk is None
    refused = rules.check_athlete(team, values, but=None if is_new else athlete, today=today)
    if refused:
        raise AthleteRefused(refused)
    if is_new:
        _check_room(team)
    before = {} if is_new else values_of(athlete)
    changed = {name: value for name, value in values.items() if is_new or before[name] != value}
    if not changed:
        return
    put(athlete, values, at=at)
    try:
        with transaction.atomic():
            if not is_new and not _is_there(athlete):
                raise AthleteRefused({"family_name": Refused("athlete_erased")})
            athlete.save(update_fields=None if is_new else columns(changed))
            verb = "athlete.added" if is_new else "athlete.changed"
            record(verb, athlete, by=by, before={name: before[name] for name in changed if before}, after=changed)
    except IntegrityError:  # somebody else was faster
        raise AthleteRefused({"family_name": Refused("athlete_same_person")}) from None


def _check_room(team: Team) -> None:
    hold(team.pk)
    try:
        rules.check_has_room(team, more=1)
    except Refused as refusal:
        raise AthleteRefused({"family_name": refusal}) from None


def _is_there(athlete: Athlete) -> bool:
    """Whether nobody erased the athlete since the form was read; held until the transaction ends, so that nobody does."""
    rows = Athlete.objects.select_for_update(of=("self",), no_key=True).filter(pk=athlete.pk, erased_at__isnull=True)
    return rows.values_list("pk").first() is not None


def columns(fields: Iterable[str]) -> list[str]:
    """Only what changed is written, so that nothing that somebody else changed meanwhile is undone."""
    return ["guardian_consent_at" if name == "guardian_consent" else name for name in fields] + ["updated_at"]


@transaction.atomic
def take_off(athlete: Athlete, *, by: User, at: datetime) -> bool:
    """Off the roster; the entries that were made stay. Whether this changed anything."""
    if not Athlete.objects.filter(pk=athlete.pk, left_at__isnull=True).update(left_at=at):
        return False
    record("athlete.taken_off", athlete, by=by, after={"left_at": at})
    return True


@retry_when_locked
@transaction.atomic
def put_back(athlete: Athlete, *, by: User) -> bool:
    """On the roster again. Whether this changed anything. Raises Refused("roster_full")."""
    hold(athlete.team_id)
    rules.check_has_room(athlete.team, more=1)
    gone = Athlete.objects.filter(pk=athlete.pk, left_at__isnull=False, erased_at__isnull=True)
    if not gone.update(left_at=None):
        return False
    record("athlete.put_back", athlete, by=by, before={"left_at": athlete.left_at})
    return True
