"""One entry of a receipt: found for a view that changes it, and shown again with what happened."""

from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from entries.entry.models import Entry
from entries.entry.receipt.decorators import SubmissionRequest


def entry_here(request: SubmissionRequest, entry: int) -> Entry:
    """The entry with this number on this receipt. Raises Http404, and PermissionDenied for who only may read."""
    rows = Entry.objects.filter(submission=request.submission, pk=entry).with_state()
    row = rows.select_related("race", "athlete").first()
    if row is None:
        raise Http404
    if not request.may_change:
        raise PermissionDenied
    row.race.meet = request.submission.meet
    return row


def back(request: SubmissionRequest, entry: Entry, text: str = "", **values: str) -> HttpResponse:
    """To the entry on its receipt, which says `text` beside it, with the %(who)s and %(race)s of the entry."""
    if text:
        happened = text % {"who": entry.athlete.name_here, "race": entry.race.name_here, **values}
        messages.success(request, happened, extra_tags=f"{entry.pk}")
    address = reverse("entry:receipt", args=[request.submission.reference])
    return HttpResponseRedirect(f"{address}#entry-{entry.pk}", status=HTTPStatus.SEE_OTHER)


def happened_to(request: SubmissionRequest, entries: Iterable[Entry]) -> tuple[dict[str, str], list[Message]]:
    """What the last action did, by the number of its entry, and what is said above the page."""
    here = {f"{entry.pk}" for entry in entries}
    said = list(messages.get_messages(request))
    beside = {message.extra_tags: str(message) for message in said if message.extra_tags in here}
    return beside, [message for message in said if message.extra_tags not in here]
