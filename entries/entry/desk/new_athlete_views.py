"""The desk's page for a host entry of somebody whom no roster has yet."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.entry.desk import actions, queries
from entries.entry.desk.forms import NewAthleteForm
from entries.entry.desk.invite_views import back_to_list, races_of
from entries.meet.models import Race
from entries.roster.athlete_actions import AthleteRefused
from entries.roster.athlete_fields import print_warnings
from entries.roster.models import Team
from tenants.desk.base import is_id, user_of
from tenants.desk.confirm import FILTERS
from tenants.refusal import Refused
from tenants.signin.forms import posted
from tenants.wording import say


def new_athlete_view(owner: Any, request: HttpRequest) -> HttpResponse:
    """GET asks, with the race and the words of the search before; POST writes the athlete down and enters them."""
    kept = request.POST.get(FILTERS, "") or request.GET.get(FILTERS, "")
    words, chosen = (request.GET.get(name, "")[:60] for name in ("words", "race"))
    races = races_of(kept, chosen=request.POST.get("race", "") or chosen)
    race = races.filter(pk=int(chosen)).first() if is_id(chosen) else None
    teams = queries.teams_known_to_host_of(race, words=words) if race else Team.objects.none()
    first = {"race": race, "nationality": "JPN", "sex": race.sex if race else ""}
    form = NewAthleteForm(posted(request), races=races, teams=teams, initial=first)
    if form.is_valid() and _invited(owner, request, form):
        return back_to_list(kept)
    context = {
        **owner.admin_site.each_context(request),
        "title": _("名簿にない選手を主催者枠で追加"),
        "opts": owner.opts,
        "form": form,
        "list_filters": kept,
        "preserved_filters": urlencode({FILTERS: kept}) if kept else "",
    }
    return TemplateResponse(request, "admin/new_athlete.html", context, status=422 if form.errors else 200)


def _invited(owner: Any, request: HttpRequest, form: NewAthleteForm) -> bool:
    typed, now = form.entry(), timezone.now()
    race: Race = typed["race"]
    try:
        entry = actions.invite_new(
            **typed, values=form.values(), by=user_of(request), at=now, today=timezone.localdate(now)
        )
    except AthleteRefused as error:
        form.refuse(error.refused)
        return False
    except (Refused, IntegrityError) as error:  # the second of two at the same moment meets the constraint
        refusal = error if isinstance(error, Refused) else Refused("duplicate", race=race.name_here)
        form.add_error(None, say(refusal))
        return False
    said = _("%(athlete)sさんを「%(race)s」に追加しました。") % {"athlete": entry.athlete, "race": entry.race}
    owner.message_user(request, said, messages.SUCCESS)
    names = form.values()
    for refusal in print_warnings(names["family_name"], names["given_name"], typed["printed"]):
        owner.message_user(request, say(refusal), messages.WARNING)
    return True
