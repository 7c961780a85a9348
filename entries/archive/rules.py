"""May it be erased now, and why not."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from entries.archive.queries import meets_awaiting
from entries.meet.models import Meet
from entries.records.person import Person
from entries.records.subjects import checks, subject_of, subjects
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.privacy.classes import days_of
from tenants.refusal import Refused

LOOKED_AT = 20
"""Of the newest exports: those without personal data are passed over."""


def check_may_erase(person: Person, *, withdraw: bool, today: date) -> None:
    """Nobody disappears from a start list unseen, and rooms may have their own checks (`register_check`).

    Raises Refused("erase_entered"), Refused("erase_host_person"), and what the checks raise.
    """
    if any(user.role and user.is_active for user in person.of(User)):
        raise Refused("erase_host_person")
    for check in checks():
        check(person, today)
    meets = [] if withdraw else meets_awaiting(person.rows, today=today)
    if meets:
        raise Refused("erase_entered", meets=str(_("、")).join(meets))


def check_not_erased(person: Person, *, left: int) -> None:
    """Once: `left` counts tables that still hold something. Raises Refused("erased_already")."""
    theirs = [row for one in subjects() for row in person.of(one.model)]
    if not left or all(subject_of(row).has_gone(row) for row in theirs):
        raise Refused("erased_already")


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
