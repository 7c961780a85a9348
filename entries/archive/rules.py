"""When something may be erased."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from entries.archive.person import Person
from entries.archive.queries import OVER, pending_entries
from entries.entry.models import Entry
from entries.meet.models import Meet
from entries.roster.models import Membership, Team
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.privacy.classes import days_of
from tenants.refusal import Refused

LOOKED_AT = 20
"""Of the newest exports: those without personal data are passed over."""


def check_may_erase(person: Person, *, withdraw: bool, today: date) -> None:
    """Nobody disappears from a start list unseen, and no team loses its last member before its meet.

    Raises Refused("erase_entered"), Refused("erase_last_member"), Refused("erase_host_person").
    """
    if any(user.role and user.is_active for user in person.users):
        raise Refused("erase_host_person")
    for user in person.users:
        _check_leaves_somebody(user, person, today)
    pending = [] if withdraw else list(pending_entries(person.athletes, today=today))
    if pending:
        meets = dict.fromkeys(entry.race.meet.name for entry in pending)
        raise Refused("erase_entered", meets=str(_("、")).join(meets))


def check_not_erased(person: Person, *, left: int) -> None:
    """Once: `left` counts tables that still hold something. Raises Refused("erased_already")."""
    if not left or (not person.users and all(athlete.erased_at for athlete in person.athletes)):
        raise Refused("erased_already")


def _check_leaves_somebody(user: User, person: Person, today: date) -> None:
    own = {team.pk for team in person.teams}
    for team in Team.objects.filter(memberships__user=user).exclude(pk__in=own):
        if Membership.objects.filter(team=team).count() > 1:
            continue
        left = Entry.objects.live().filter(submission__team=team, race__meet__ends_on__gte=today)
        if left.exclude(race__meet__state__in=OVER).exists():
            raise Refused("erase_last_member", team=team.name)


def check_typed_name(typed: str, name: str) -> None:
    """Spaces do not matter. Raises Refused("not_the_name")."""
    if "".join(typed.split()) != "".join(name.split()):
        raise Refused("not_the_name")


def last_export(meet: Meet) -> datetime | None:
    """When the whole of a meet was last exported with its personal data, as the trail says."""
    rows = AuditRecord.objects.filter(
        tenant_id=meet.tenant_id, verb="meet.exported", target_type="meet", target_id=str(meet.pk)
    )
    found = (row.at for row in rows.order_by("-at", "-pk")[:LOOKED_AT] if row.after.get("with_personal"))
    return next(found, None)


def may_be_purged_on(meet: Meet) -> date:
    """The first day on which what the meet no longer needs may go."""
    return meet.ends_on + timedelta(days=days_of("meets_rest"))


def check_may_purge(meet: Meet, *, at: datetime, without_export: bool) -> None:
    """After protests, results and accounts are through, and once there is a copy. Raises Refused.

    "purge_not_over" by the calendar of the meet's own zone, "purge_not_exported" unless told to go without: a copy from
    before the meet's last day lacks how it ended.
    """
    on = may_be_purged_on(meet)
    if at.astimezone(meet.zone).date() < on:
        raise Refused("purge_not_over", days=days_of("meets_rest"), on=on.isoformat())
    exported = last_export(meet)
    if not without_export and (exported is None or exported.astimezone(meet.zone).date() < meet.ends_on):
        raise Refused("purge_not_exported")
