"""Actions of the organizer's desk: each says first what it will do, to what, and asks for what it needs."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.forms import Form
from tenants.refusal import Refused
from tenants.wording import say

FILTERS = "_changelist_filters"
"""In which a row's page carries the filters of the list from which it was opened, as Django's own pages do."""
MOST = 200
"""Rows that one action takes: more than anyone can look through on the page that asks."""
HOME = "home"
"""Says that a button stood on the page of which a row is part."""

Words = str | Promise
Rows = list[Any]
Counted = Callable[[int], str]
"""Says how many were done: a text in which `%(count)d` is still open, as that number needs it."""


class ConfirmForm(Form):
    """What an action asks for. `rows` are those chosen, `request` the one that asks."""

    def __init__(self, *args: Any, rows: Rows, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.request = rows, request


class WhyForm(ConfirmForm):
    """Asks for the reason, which stands in the trail."""

    why = forms.CharField(
        label=gettext_lazy("理由"), required=False, max_length=300, help_text=gettext_lazy("変更履歴に残ります。")
    )


class Button(NamedTuple):
    """An action offered on a row's own page."""

    name: str
    label: Words
    is_danger: bool


Method = Callable[[Any, HttpRequest, Rows, Any], HttpResponse | None]


def confirmed(
    label: Words,
    *,
    text: Words = "",
    form: type[ConfirmForm] = ConfirmForm,
    when: Callable[[Any], bool] = lambda row: True,
    danger: bool = False,
    single: bool = False,
    title: Callable[[Any], Words] | None = None,
) -> Callable[[Method], Any]:
    """Make a method an admin action with a page that asks first.

    The method gets the chosen rows and the valid form; what it returns is the answer, None leads back. A Refused that
    it raises is said on the page. `when` tells for which rows the button stands on their own page; `single` refuses
    more than one row, and may take its `title` from it.
    """

    def decorate(method: Method) -> Any:
        @wraps(method)
        def action(self: Any, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
            rows, most = list(queryset[: MOST + 1]), 1 if single else MOST
            if not 0 < len(rows) <= most:
                self.message_user(request, _("一度に選べるのは%(limit)d件以内です。") % {"limit": most}, messages.ERROR)
                return None
            with timezone.override(self.zone(request, str(rows[0].pk))):
                bound = form(request.POST if "confirmed" in request.POST else None, rows=rows, request=request)
                answer = _act(self, request, bound, method) if bound.is_bound and bound.is_valid() else None
                return answer or _ask(self, request, rows, bound, action)

        about = {"short_description": label, "text": text, "when": when, "is_danger": danger, "title": title}
        vars(action).update(about)
        return action

    return decorate


def _act(owner: Any, request: HttpRequest, form: ConfirmForm, method: Method) -> HttpResponse | None:
    """The answer; None when it was refused, with the reason in the form."""
    try:
        return method(owner, request, form.rows, form) or _back(owner, request, form.rows)
    except Refused as refusal:
        form.add_error(None, say(refusal))
    except IntegrityError:  # somebody else did the same a moment ago
        form.add_error(None, say(Refused("already_there")))
    return None


def _ask(owner: Any, request: HttpRequest, rows: Rows, form: ConfirmForm, action: Any) -> HttpResponse:
    context = {
        **owner.admin_site.each_context(request),
        "title": action.title(rows[0]) if action.title else action.short_description,
        "text": action.text,
        "opts": owner.opts,
        "rows": [(row.pk, owner.headline(row)) for row in rows],
        "form": form,
        "action": action.__name__,
        "is_danger": action.is_danger,
        "target": "" if request.method == "POST" else _list_of(owner),
        "from_row": _asked_from(request),
        "back": _back_address(owner, request, rows),
        "preserved_filters": request.POST.get(FILTERS, ""),
    }
    response = TemplateResponse(request, "admin/confirm.html", context, status=422 if form.errors else 200)
    return response.render()  # here, where the zone of the row is active


def _list_of(owner: Any) -> str:
    return reverse(f"admin:{owner.opts.app_label}_{owner.opts.model_name}_changelist")


def _back(owner: Any, request: HttpRequest, rows: Rows) -> HttpResponse:
    return HttpResponseRedirect(_back_address(owner, request, rows))


def _back_address(owner: Any, request: HttpRequest, rows: Rows) -> str:
    """The row's own page when the button stood there, else the list with its filters and its page."""
    asked_from = _asked_from(request)
    if asked_from and len(rows) == 1:
        page, _hash, place = owner.home_of(rows[0], asked_from).partition("#")
        filters = "?" + urlencode({FILTERS: kept}) if (kept := request.POST.get(FILTERS, "")) else ""
        return f"{page}{filters}{_hash}{place}"
    return request.get_full_path()


def _asked_from(request: HttpRequest) -> str:
    """The page on which the button stood: empty for the list, `HOME` for the page that a row is part of, else the row's."""
    return request.POST.get("from_row") or request.GET.get("from_row", "")


def buttons_of(owner: Any, request: HttpRequest, row: Any) -> list[Button]:
    """The actions that make sense for this row now, for its own page."""
    found = owner.get_actions(request)
    return [
        Button(name, action.title(row) if action.title else label, action.is_danger)
        for name, (action, _name, label) in found.items()
        if hasattr(action, "when") and action.when(row)
    ]


def each(owner: Any, request: HttpRequest, rows: Sequence[Any], act: Callable[[Any], object], done: Counted) -> None:
    """Act on each row by itself; say how many were done, and of each refusal why."""
    count = 0
    for row in rows:
        try:
            count += act(row) is not False
        except Refused as refusal:
            owner.message_user(request, f"{owner.headline(row)}: {say(refusal)}", messages.ERROR)
    if count:
        owner.message_user(request, done(count) % {"count": count}, messages.SUCCESS)
