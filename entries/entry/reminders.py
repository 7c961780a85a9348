"""Telling teams in time that entries close while their sheet is not sent."""

from datetime import datetime, time, timedelta

from django.db import transaction

from entries.entry.models import SheetDraft
from entries.entry.queries import addresses_of
from entries.meet.models import Meet, State
from tenants.models import User
from tenants.outbox.actions import enqueue
from tenants.scope import across_tenants

HOUR_OF_REMINDER = 9
LEFT_ALONE = timedelta(hours=1)
"""A sheet that was typed in a moment ago is being worked on: no mail about it yet."""


def reminded_from(meet: Meet) -> datetime:
    """9:00 of the day before entries close, in the meet's zone. Closing at 0:00 counts as the day that then ends."""
    last_day = (meet.entries_close_at - timedelta(microseconds=1)).astimezone(meet.zone).date()
    return datetime.combine(last_day - timedelta(days=1), time(HOUR_OF_REMINDER), meet.zone)


def remind_of_closing(*, at: datetime) -> int:
    """Enqueue the mails that are due at this instant; calling it again adds none.

    Returns how many teams are to know it by now, those that were told before included."""
    with across_tenants():
        open_meets = Meet.objects.filter(
            state=State.PUBLISHED,
            entries_open_at__lte=at,
            entries_close_at__gt=at,
            entries_close_at__lte=at + timedelta(days=3),
        )
        soon = [meet.pk for meet in open_meets if reminded_from(meet) <= at]
        drafts = SheetDraft.objects.filter(meet__in=soon, updated_at__lte=at - LEFT_ALONE)
        told = 0
        for draft in drafts.select_related("meet", "team", "updated_by").order_by("pk").iterator():
            told += _remind(draft, at)
        return told


@transaction.atomic
def _remind(draft: SheetDraft, at: datetime) -> bool:
    if not has_choices(draft):
        return False
    by: User | None = draft.updated_by
    addresses = addresses_of(draft.team, by) if by else [draft.team.contact_email]
    for address in filter(None, addresses):
        enqueue(
            "entry.closing_tomorrow",
            to=address,
            key=f"entry.closing_tomorrow:{draft.meet_id}:{draft.team_id}",
            context={"meet": draft.meet_id, "team": draft.team_id, "draft": draft.pk},
            at=at,
            tenant_id=draft.tenant_id,
            language=by.language if by else "ja",
        )
    return True


def has_choices(draft: SheetDraft) -> bool:
    """Whether any row names a race: an opened and empty sheet is nothing to be reminded of."""
    return any(isinstance(row, dict) and row.get("race") for row in draft.rows)
