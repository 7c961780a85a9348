"""One more place for a race, with one press."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entries.entry import entry_actions
from entries.meet.models import Race
from tenants.desk.base import is_id, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.refusal import Refused
from tenants.signin.rules import where_to
from tenants.wording import say


@require_POST
def _add_place(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    race = Race.objects.filter(pk=int(object_id)).first() if is_id(object_id) else None
    if race is None or not desk.has_change_permission(request, race):
        raise Http404
    try:
        key = str(UUID(request.POST.get("place_key", "")))
    except ValueError:
        desk.message_user(request, say(Refused("key_missing")), messages.ERROR)
    else:
        _add(request, desk, race, key)
    return HttpResponseRedirect(
        where_to(user_of(request), request.GET.get("next", ""), host=request.get_host(), secure=request.is_secure())
    )


def _add(request: HttpRequest, desk: ComposedAdmin, race: Race, key: str) -> None:
    try:
        race, promoted = entry_actions.add_place(race=race, key=key, by=user_of(request), at=timezone.now())
    except Refused as refusal:
        desk.message_user(request, say(refusal), messages.ERROR)
        return
    said = _("「%(race)s」の定員は%(places)s名です。") % {"race": race, "places": race.places}
    if count := len(promoted):
        said += ngettext(
            "補欠待ちから%(count)d名が繰り上がりました。", "補欠待ちから%(count)d名が繰り上がりました。", count
        ) % {"count": count}
    desk.message_user(request, said, messages.SUCCESS)


def add_place(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """One more place; who pressed comes back to where the button stood. A form that is sent again adds none."""
    return _add_place(request, desk, object_id)
