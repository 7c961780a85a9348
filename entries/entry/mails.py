"""What the mails about entries say. Registered when the app starts; they run in the worker.

A mail says what is true when it leaves; the receipt page is the proof of entry (requirement C7). Everything
that a person typed passes `inert`, so that no name becomes a link, a second line or a header.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.entry.models import Entry, EntryState, SheetDraft, Submission
from entries.entry.queries import entries_of, tally
from entries.marks import format_time
from entries.meet.models import Meet, State
from entries.meet.standing import closed_words
from entries.meet.wording import moment, until
from entries.roster.models import Team, TeamKind
from tenants.outbox.contents import Letter, content_of, inert

Values = dict[str, Any]
LIVE = (EntryState.ACCEPTED, EntryState.WAITLISTED)


def _letter(subject: str, template: str, values: Values) -> Letter:
    return Letter(subject % values, render_to_string(f"mail/{template}.txt", values))


def _about_meet(meet: Meet) -> Values:
    at = timezone.now()
    return {
        "meet": inert(meet.name),
        "closes": until(meet, meet.entries_close_at),
        "open": meet.takes_entries_at(at),
        "closed": closed_words(meet, at=at),
        "withdrawable": meet.state in (State.PUBLISHED, State.ENTRIES_CLOSED),
        "promoted_until": until(meet, meet.promote_until or meet.entries_close_at),
        "address": settings.BASE_URL,
    }


def _addressee(team: Team) -> str:
    """In Japanese a body is addressed in another way than a person."""
    form = _("%(name)s 様") if team.kind == TeamKind.INDIVIDUAL else _("%(name)s 御中")
    return form % {"name": inert(team.name)}


def _about_submission(submission: Submission) -> Values:
    return {
        **_about_meet(submission.meet),
        "addressee": _addressee(submission.team),
        "reference": submission.reference,
        "submitted": moment(submission.meet, submission.submitted_at),
        "address": settings.BASE_URL + reverse("entry:receipt", args=[submission.reference]),
    }


def _line(entry: Entry) -> Values:
    return {
        "race": inert(entry.race.name_here),
        "athlete": inert(entry.athlete.name_here),
        "time": format_time(entry.seed_time),
        "state": entry.state,
        "position": entry.waiting_position,
    }


@content_of("entry.received")
def received(context: Values) -> Letter | None:
    """The receipt: who is in, who waits at which position, what it costs, what may be changed until when."""
    submission = Submission.objects.select_related("meet", "team").filter(pk=context["submission"]).first()
    if submission is None:
        return None
    entries = list(entries_of(submission))
    values = {**_about_submission(submission), "lines": [_line(entry) for entry in entries], "tally": tally(entries)}
    return _letter(_("【%(meet)s】申込を受け付けました（%(reference)s）"), "entry_received", values)


def _about_one(
    context: Values, subject: str, template: str, *, states: Sequence[str], more: Values | None = None
) -> Letter | None:
    """A letter about one entry, as long as it is still in a state that the letter tells of."""
    rows = Entry.objects.with_state().with_position().filter(pk=context["entry"])
    found = rows.select_related("race", "athlete", "submission__team", "submission__meet").first()
    if found is None or found.state not in states:
        return None
    return _letter(
        subject, template, {**_about_submission(found.submission), **_line(found), "fee": found.fee, **(more or {})}
    )


@content_of("entry.promoted")
def promoted(context: Values) -> Letter | None:
    """A place became free for this entry. None when it was withdrawn since."""
    subject = _("【%(meet)s】%(race)s %(athlete)s 繰り上げで出場できます")
    return _about_one(context, subject, "entry_promoted", states=[EntryState.ACCEPTED])


@content_of("entry.withdrawn")
def withdrawn(context: Values) -> Letter | None:
    subject = _("【%(meet)s】%(race)s %(athlete)s 申込を取り消しました")
    return _about_one(context, subject, "entry_withdrawn", states=[EntryState.WITHDRAWN])


@content_of("entry.restored")
def restored(context: Values) -> Letter | None:
    """A withdrawal was undone. None when it was withdrawn again since."""
    subject = _("【%(meet)s】%(race)s %(athlete)s 申込を元に戻しました")
    return _about_one(context, subject, "entry_restored", states=LIVE, more=_left(context))


@content_of("entry.race_changed")
def race_changed(context: Values) -> Letter | None:
    """The athlete is in another race than before. None when withdrawn since."""
    subject = _("【%(meet)s】%(race)s %(athlete)s 種目を変更しました")
    return _about_one(context, subject, "entry_race_changed", states=LIVE, more=_left(context))


def _left(context: Values) -> Values:
    """The race that was left, where one was."""
    left = Entry.objects.select_related("race").filter(pk=context.get("left", 0)).first()
    return {"left": inert(left.race.name_here) if left else ""}


@content_of("entry.closing_tomorrow")
def closing_tomorrow(context: Values) -> Letter | None:
    """A sheet was typed and not sent. None when it was sent, or entries closed, before this mail left."""
    drafts = SheetDraft.objects.select_related("meet__tenant", "team")
    one = {"pk": context["draft"]} if "draft" in context else {}
    draft = drafts.filter(meet=context["meet"], team=context["team"], **one).first()
    if draft is None or not draft.meet.takes_entries_at(timezone.now()):
        return None
    sheet = reverse("entry:sheet", args=[draft.meet.tenant.slug, draft.meet.slug])
    values = {
        **_about_meet(draft.meet),
        "addressee": _addressee(draft.team),
        "rows": sum(1 for row in draft.rows if isinstance(row, dict) and row.get("race")),
        "address": f"{settings.BASE_URL}{sheet}?team={draft.team_id}",
    }
    return _letter(
        _("【%(meet)s】まもなく申込締切です。申込票がまだ送信されていません"), "entry_closing_tomorrow", values
    )
