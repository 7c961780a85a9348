"""Making teams, and who belongs to them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from entries.roster import rules
from entries.roster.models import Membership, Team, TeamKind
from tenants.audit.actions import record
from tenants.models import User, normal_email
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.signin import links
from tenants.signin.models import OneTimeLink, Purpose

INVITATION_LIFETIME = timedelta(days=7)
TEAM_FIELDS = (
    "kind", "name", "name_kana", "short_name", "prefecture", "team_code", "contact_name", "contact_email",
    "contact_phone",
)  # fmt: skip


@transaction.atomic
def add_team(*, by: User, values: dict[str, Any]) -> Team:
    """A new team; who makes it is its first member. Raises Refused("too_many_teams")."""
    _hold_user(by)
    rules.check_may_have_team(by)
    team = Team.objects.create(**{name: values[name] for name in TEAM_FIELDS})
    Membership.objects.create(team=team, user=by)
    record("team.added", team, by=by, after={name: values[name] for name in TEAM_FIELDS})
    return team


@transaction.atomic
def add_guest(*, by: User, name: str, name_kana: str, printed: str, contact_email: str) -> Team:
    """The team of somebody who enters alone and whom an organizer writes down: nobody signs in for it. `printed` is the
    affiliation in the programme; empty prints the name."""
    values = {"name": name, "name_kana": name_kana, "short_name": printed, "contact_email": contact_email}
    team = Team.objects.create(kind=TeamKind.INDIVIDUAL, **values)
    record("team.added", team, by=by, after=values)
    return team


@transaction.atomic
def change_team(team: Team, *, by: User, values: dict[str, Any]) -> None:
    """Set the team's fields; nothing happens when nothing differs."""
    known = Team.objects.select_for_update().get(pk=team.pk)
    changed = [name for name in TEAM_FIELDS if getattr(known, name) != values[name]]
    if not changed:
        return
    before = {name: getattr(known, name) for name in changed}
    for name in changed:
        setattr(known, name, values[name])
    known.save(update_fields=changed)
    record("team.changed", known, by=by, before=before, after={name: values[name] for name in changed})


@transaction.atomic
def invite(team: Team, *, email: str, by: User, at: datetime) -> links.Issued:
    """Mail a link with which the owner of this address joins the team. Raises Refused("already_member")."""
    email = normal_email(email)
    rules.check_may_invite(team, email)
    known = User.objects.filter(email=email).first()
    issued = links.issue(
        Purpose.INVITE, email=email, at=at, lifetime=INVITATION_LIFETIME, user=by, payload={"team": team.pk}
    )
    enqueue(
        "roster.invitation",
        to=email,
        key=f"auth.link:{issued.link.pk}",
        context=issued.context,
        at=at,
        language=known.language if known else (get_language() or "ja")[:2],
    )
    record("team.invited", team, by=by, after={"email": email})
    return issued


@transaction.atomic
def withdraw_invitation(team: Team, link: OneTimeLink, *, by: User, at: datetime) -> None:
    """Use an invitation's link up, so that it no longer works. Harmless when it was used already."""
    if OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=at):
        record("team.invitation_withdrawn", team, by=by, before={"email": link.email})


@transaction.atomic
def join(user: User, *, token: str, at: datetime) -> Team:
    """Use an invitation up and become a member: of two at once exactly one works (requirement T10).

    Raises Refused("link_invalid") or Refused("link_other_person"); the latter leaves the link unused.
    """
    link = links.redeem(Purpose.INVITE, token, at=at)
    rules.check_is_invited(link, user)
    team = rules.invited_team(link)
    _hold_user(user)
    rules.check_may_have_team(user)
    _row, is_new = Membership.objects.get_or_create(team=team, user=user)
    if is_new:
        record("team.joined", team, by=user, after={"member": user.pk, "invited_by": link.user_id})
    return team


@transaction.atomic
def join_as_new(*, token: str, name: str, password: str, language: str, at: datetime) -> User:
    """Make the account of an invited address and join: the link came by mail, so the address is confirmed.

    Raises Refused("link_invalid"), also when the address got an account meanwhile: its owner signs in instead.
    """
    link = links.find(Purpose.INVITE, token, at=at)
    if User.objects.filter(email=link.email).exists():
        raise Refused("link_other_person")
    user = User.objects.create_user(link.email, password, name=name, language=language)
    record("account.registered", user, by=user, after={"invited_by": link.user_id})
    join(user, token=token, at=at)
    return user


@transaction.atomic
def remove_member(team: Team, membership: Membership, *, by: User) -> None:
    """Take somebody off the team, or leave it oneself. Raises Refused("last_member").

    The team is held, so that two members who remove each other at once do not leave it without any.
    """
    hold(team.pk)
    if not Membership.objects.filter(pk=membership.pk, team=team).exists():
        return
    rules.check_may_remove(team)
    record("team.member_removed", team, by=by, before={"member": membership.user_id})
    membership.delete()


def hold(team_id: int) -> None:
    """Keep who counts the members or athletes of this team apart until the transaction ends; entries do not wait for it."""
    Team.objects.select_for_update(of=("self",), no_key=True).filter(pk=team_id).values_list("pk").first()


def _hold_user(user: User) -> None:
    """Keep apart what gives this account one more team."""
    User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user.pk).values_list("pk").first()
