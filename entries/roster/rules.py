"""Who may act for a team, and what a roster may not hold twice."""

from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from entries.roster.athlete_fields import Values, check_whole
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.signin.models import OneTimeLink


def check_has_room(team: Team, *, more: int) -> None:
    """A roster is bounded (MAX_ATHLETES_PER_TEAM): who has left does not count. One query; call it while the team is
    held. Raises Refused("roster_full")."""
    limit = settings.MAX_ATHLETES_PER_TEAM
    if more and team.athletes.active().count() + more > limit:
        raise Refused("roster_full", limit=limit)


def check_may_have_team(user: User) -> None:
    """One account manages so many teams (MAX_TEAMS_PER_USER). One query; call it while the account is held. Raises
    Refused("too_many_teams")."""
    limit = settings.MAX_TEAMS_PER_USER
    if Membership.objects.filter(user=user).count() >= limit:
        raise Refused("too_many_teams", limit=limit)


def check_may_remove(team: Team) -> None:
    """A team always keeps a member. Call it while the team is held. Raises Refused("last_member")."""
    if Membership.objects.filter(team=team).count() < 2:
        raise Refused("last_member")


def check_may_invite(team: Team, email: str) -> None:
    """Only who is no member yet. `email` in stored form. Raises Refused("already_member")."""
    if Membership.objects.filter(team=team, user__email=email).exists():
        raise Refused("already_member")


def invited_team(link: OneTimeLink) -> Team:
    """The team of an invitation, as long as who sent it is still a member (requirement T7). Raises Refused."""
    team = Team.objects.filter(pk=link.payload.get("team"), memberships__user=link.user_id).first()
    if team is None:
        raise Refused("link_invalid")
    return team


def check_is_invited(link: OneTimeLink, user: User) -> None:
    """An invitation is for one address. Raises Refused("link_other_person")."""
    if link.email != user.email:
        raise Refused("link_other_person")


def check_athlete(team: Team, values: Values, *, but: Athlete | None, today: date) -> dict[str, Refused]:
    """What is wrong with these values, by field: what is missing, and who is on the roster already. One query."""
    found = check_whole(values, today=today)
    person = Q(
        family_name=values.get("family_name"), given_name=values.get("given_name"), birth_date=values.get("birth_date")
    )
    same = Q(jaaf_id=values.get("jaaf_id")) if values.get("jaaf_id") else Q(pk__in=[])
    for other in _others(team, but).filter(person | same):
        if values.get("jaaf_id") and other.jaaf_id == values["jaaf_id"]:
            found.setdefault("jaaf_id", Refused("athlete_same_jaaf_id", name=other.full_name))
        else:
            code = "athlete_same_person" if other.left_at is None else "athlete_same_person_left"
            found.setdefault("family_name", Refused(code))
    return found


def same_kana(team: Team, values: Values, *, but: Athlete | None) -> Athlete | None:
    """Somebody who is likely the same person, written otherwise: same kana, same birth date."""
    alike = _others(team, but).filter(
        family_kana=values["family_kana"], given_kana=values["given_kana"], birth_date=values["birth_date"]
    )
    return alike.order_by("pk").first()


def _others(team: Team, but: Athlete | None) -> QuerySet[Athlete]:
    return team.athletes.all() if but is None else team.athletes.exclude(pk=but.pk)
