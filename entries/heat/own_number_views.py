"""The team's page of the numbers that it proposes, reached from its receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from entries.entry.models import Submission
from entries.entry.receipt.decorators import SubmissionRequest, in_submission
from entries.heat import own_number_actions, rules
from entries.heat.bib_actions import range_of
from entries.heat.edits import HIGHEST_BIB
from entries.heat.models import Bib
from entries.heat.queries import own_ranges
from entries.roster.models import Athlete
from tenants.forms import Form
from tenants.half_width import half_width
from tenants.refusal import Refused
from tenants.wording import say


class NumberField(forms.IntegerField):
    """A bib; also in full width. Nothing typed is none."""

    default_error_messages = {"invalid": gettext_lazy("番号を数字で入力してください。")}

    def to_python(self, value: Any) -> int | None:
        """Raises ValidationError."""
        return super().to_python(half_width(value).strip() if isinstance(value, str) else value)


class NumbersForm(Form):
    """A field for each athlete who may have one, named by their number."""

    def __init__(self, athletes: Iterable[Athlete], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"inputmode": "numeric", "autocomplete": "off", "size": 6}
        for athlete in athletes:
            self.fields[f"{athlete.pk}"] = NumberField(
                label=athlete.name_here,
                required=False,
                min_value=1,
                max_value=HIGHEST_BIB,
                widget=forms.TextInput(attrs=attrs),
            )


@dataclass(slots=True)
class Line:
    """An athlete with the number that is theirs, with the field for one, or with neither where no range is theirs to choose from."""

    athlete: Athlete
    given: int | None
    field: Any = None


@in_submission
@require_http_methods(["GET", "HEAD", "POST"])
def own_numbers(request: SubmissionRequest) -> HttpResponse:
    """Which numbers the team wants. 404 where the meet lets nobody choose, and for who may only read the receipt."""
    submission = request.submission
    ranges = own_ranges(submission.meet)
    if not request.may_change or not ranges:
        raise Http404
    wearers = own_number_actions.wearers_of(submission)
    athletes = list(Athlete.objects.filter(pk__in=wearers).in_roster_order())
    bibs = {row.athlete_id: row for row in Bib.every.filter(meet=submission.meet, athlete__in=athletes)}
    open_to = [
        one
        for one in athletes
        if (bibs[one.pk].is_proposed if one.pk in bibs else any(range_of(row).fits(wearers[one.pk]) for row in ranges))
    ]
    initial = {f"{one.pk}": bibs[one.pk].number for one in open_to if one.pk in bibs}
    form = NumbersForm(open_to, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and (answer := _sent(request, submission, form)):
        return answer
    lines = [
        Line(one, None, form[f"{one.pk}"])
        if one in open_to
        else Line(one, bibs[one.pk].number if one.pk in bibs else None)
        for one in athletes
    ]
    values = {"submission": submission, "meet": submission.meet, "lines": lines, "form": form, "ranges": ranges,
              "is_open": rules.may_propose(submission.meet), "has_fields": bool(open_to)}  # fmt: skip
    return render(request, "heat/own_numbers.html", values, status=422 if form.errors else 200)


def _sent(request: SubmissionRequest, submission: Submission, form: NumbersForm) -> HttpResponse | None:
    """Back to the page when they were taken; None when not, with the reason beside its field. A field that was not sent asks for
    nothing."""
    numbers = {int(name): number for name, number in form.cleaned_data.items() if name in form.data}
    try:
        changed = own_number_actions.propose(submission=submission, numbers=numbers, by=request.user)
    except Refused as refusal:
        name = f"{refusal.data.get('athlete', '')}"
        form.add_error(name if name in form.fields else None, say(refusal))
        return None
    said = _("希望番号を送りました。主催者が確認すると決まります。") if changed else _("変わったところはありません。")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("heat:own_numbers", args=[submission.reference]))
