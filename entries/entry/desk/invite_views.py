"""The desk's page for an invited entry: choose a race, find the athlete, add."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.entry import entry_actions
from entries.entry.desk import queries
from entries.entry.desk.forms import FindForm, InviteForm
from entries.meet.models import OVER, Race
from tenants.desk.base import user_of
from tenants.refusal import Refused
from tenants.wording import say


def invite_view(owner: Any, request: HttpRequest) -> HttpResponse:
    """GET finds, POST adds. Athletes are looked for among the teams that have entered the race's host."""
    races = Race.objects.select_related("meet__tenant").exclude(meet__state__in=OVER)
    races = races.order_by("meet__starts_on", "meet_id", "position", "pk")
    typed = request.POST if request.method == "POST" else request.GET
    find = FindForm(typed if "words" in typed else None, races=races, initial=request.GET.dict())
    form: InviteForm | None = None
    if find.is_bound and find.is_valid():
        found = queries.athletes_known_to_host_of(find.cleaned_data["race"], words=find.cleaned_data["words"])
        form = InviteForm(
            request.POST if request.method == "POST" else None, races=races, athletes=found, initial=request.GET.dict()
        )
        if form.is_bound and form.is_valid() and _invite(owner, request, form):
            return HttpResponseRedirect(reverse("admin:entries_entry_changelist"))
    return _page(owner, request, find, form)


def _invite(owner: Any, request: HttpRequest, form: InviteForm) -> bool:
    typed = {name: form.cleaned_data[name] for name in ("race", "athlete", "seed_time", "pacemaker", "why")}
    try:
        entry = entry_actions.invite(**typed, by=user_of(request), at=timezone.now())
    except (Refused, IntegrityError) as error:  # the second of two at the same moment meets the constraint
        refusal = error if isinstance(error, Refused) else Refused("duplicate", race=typed["race"].name)
        form.add_error(None, say(refusal))
        return False
    said = _("%(athlete)sさんを「%(race)s」に追加しました。") % {"athlete": entry.athlete, "race": entry.race}
    owner.message_user(request, said, messages.SUCCESS)
    return True


def _page(owner: Any, request: HttpRequest, find: FindForm, form: InviteForm | None) -> HttpResponse:
    found: QuerySet | None = form.fields["athlete"].queryset if form else None  # type: ignore[attr-defined]
    context = {
        **owner.admin_site.each_context(request),
        "title": _("主催者枠の申込を追加"),
        "opts": owner.opts,
        "find": find,
        "form": form,
        "is_found": bool(found),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "admin/invite.html", context, status=status)
