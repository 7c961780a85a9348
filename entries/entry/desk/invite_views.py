"""The desk's page for an invited entry: choose a race, find the athlete, add."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.entry import entry_actions
from entries.entry.desk import queries
from entries.entry.desk.forms import FindForm, InviteForm
from entries.meet.models import OVER, Race
from tenants.desk.base import is_id, user_of
from tenants.desk.confirm import FILTERS
from tenants.refusal import Refused
from tenants.wording import say


def invite_view(owner: Any, request: HttpRequest) -> HttpResponse:
    """GET finds, POST adds. Athletes are looked for among the teams that have entered the race's host.

    Who comes from the list of one meet finds that meet's races, and goes back to the list as it was.
    """
    kept = request.POST.get(FILTERS, "") or request.GET.get(FILTERS, "")
    races = races_of(kept, chosen=request.POST.get("race", "") or request.GET.get("race", ""))
    typed = request.POST if request.method == "POST" else request.GET
    find = FindForm(typed if "words" in typed else None, races=races, initial=request.GET.dict())
    form: InviteForm | None = None
    if find.is_bound and find.is_valid():
        found = queries.athletes_known_to_host_of(find.cleaned_data["race"], words=find.cleaned_data["words"])
        form = InviteForm(
            request.POST if request.method == "POST" else None, races=races, athletes=found, initial=request.GET.dict()
        )
        if form.is_bound and form.is_valid() and _invite(owner, request, form):
            return back_to_list(kept)
    return _page(owner, request, find, form, kept)


def races_of(kept: str, *, chosen: str = "") -> QuerySet[Race]:
    """The races of the meet by which the list was narrowed, else of every meet that is not over."""
    meet = QueryDict(kept).get("meet", "")
    races = Race.objects.select_related("meet__tenant").exclude(meet__state__in=OVER)
    if is_id(meet):
        races = races.filter(Q(meet=int(meet)) | Q(pk=int(chosen) if is_id(chosen) else 0))
    return races.order_by("meet__starts_on", "meet_id", "position", "pk")


def back_to_list(kept: str) -> HttpResponse:
    """To the list, narrowed as it was."""
    address = reverse("admin:entries_entry_changelist")
    return HttpResponseRedirect(f"{address}?{QueryDict(kept).urlencode()}" if kept else address)


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


def _page(owner: Any, request: HttpRequest, find: FindForm, form: InviteForm | None, kept: str) -> HttpResponse:
    found: QuerySet | None = form.fields["athlete"].queryset if form else None  # type: ignore[attr-defined]
    context = {
        **owner.admin_site.each_context(request),
        "title": _("主催者枠の申込を追加"),
        "opts": owner.opts,
        "find": find,
        "form": form,
        "is_found": bool(found),
        "list_filters": kept,
        "new_query": urlencode(
            {"race": find["race"].value() or "", "words": find["words"].value() or "", FILTERS: kept}
        ),
        "preserved_filters": urlencode({FILTERS: kept}) if kept else "",
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "admin/invite.html", context, status=status)
