"""What the mails about entries say. Registered when the app starts; they run in the worker."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.entry.models import Entry, Submission
from tenants.outbox.contents import Letter, content_of


def _receipt_address(submission: Submission) -> str:
    return settings.BASE_URL + reverse("entry:receipt", args=[submission.reference])


@content_of("entry.received")
def received(context: dict[str, Any]) -> Letter | None:
    """The receipt: who is in and who waits, as it is when the mail leaves."""
    submission = Submission.objects.select_related("meet", "team").filter(pk=context["submission"]).first()
    if submission is None:
        return None
    entries = submission.entries.with_state().with_position().select_related("race", "athlete").order_by("pk")
    subject = _("【%(meet)s】申込を受け付けました（%(reference)s）") % {
        "meet": submission.meet.name, "reference": submission.reference,
    }  # fmt: skip
    values = {"submission": submission, "entries": entries, "address": _receipt_address(submission)}
    return Letter(subject, render_to_string("mail/entry_received.txt", values))


def _about_one(context: dict[str, Any], subject: str, template: str) -> Letter | None:
    related = ("race__meet", "athlete", "submission__team")
    entry = Entry.objects.with_state().select_related(*related).filter(pk=context["entry"]).first()
    if entry is None:
        return None
    values = {"entry": entry, "address": _receipt_address(entry.submission)}
    subject %= {"meet": entry.race.meet.name, "race": entry.race.name, "athlete": entry.athlete.full_name}
    return Letter(subject, render_to_string(template, values))


@content_of("entry.promoted")
def promoted(context: dict[str, Any]) -> Letter | None:
    """A place became free for this entry."""
    return _about_one(context, _("【%(meet)s】%(race)s %(athlete)s 繰り上げで出場できます"), "mail/entry_promoted.txt")


@content_of("entry.withdrawn")
def withdrawn(context: dict[str, Any]) -> Letter | None:
    """The entry was withdrawn."""
    return _about_one(context, _("【%(meet)s】%(race)s %(athlete)s 申込を取り消しました"), "mail/entry_withdrawn.txt")
