"""What the desk writes about entries beside the actions of this room."""

from datetime import date, datetime

from django.db import transaction

from entries.entry import entry_actions, places
from entries.entry.desk import queries
from entries.entry.models import Entry
from entries.meet.models import Race
from entries.roster.actions import add_guest
from entries.roster.athlete_actions import AthleteRefused, add_athlete
from entries.roster.athlete_fields import Values
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.refusal import Refused


@transaction.atomic
def invite_new(
    *,
    race: Race,
    team: Team | None,
    values: Values,
    by: User,
    at: datetime,
    today: date,
    printed: str = "",
    contact_email: str = "",
    seed_time: int | None = None,
    pacemaker: bool = False,
    why: str = "",
) -> Entry:
    """Write down an athlete whom nobody knows yet, on a team's roster or alone, and enter them past the line: both or none.

    The race is held meanwhile, so that the same form sent twice finds the guest that it made the first time. Raises
    AthleteRefused for the fields of the athlete, Refused for the entry.
    """
    places.lock_races([race.pk])
    if not race.is_for(values["sex"]):
        raise AthleteRefused({"sex": Refused("sex", race=race.name_here, sex=race.get_sex_display())})
    known = queries.guest_of_host(race, values) if team is None else None
    athlete = known or _write_down(team, values, printed, contact_email, by=by, at=at, today=today)
    return entry_actions.invite(
        race=race, athlete=athlete, seed_time=seed_time, pacemaker=pacemaker, why=why, by=by, at=at
    )


def _write_down(
    team: Team | None, values: Values, printed: str, contact_email: str, *, by: User, at: datetime, today: date
) -> Athlete:
    if team is None:
        name = f"{values['family_name']} {values['given_name']}".strip()
        kana = f"{values['family_kana']} {values['given_kana']}".strip()
        team = add_guest(by=by, name=name[:60], name_kana=kana[:60], printed=printed, contact_email=contact_email)
    return add_athlete(team, values=values, by=by, at=at, today=today)
