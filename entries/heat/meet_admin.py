"""What this room adds to the desk's page of a meet."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.heat.programme_views import programme
from entries.heat.recut_views import recut
from entries.meet.desk import MEETS
from entries.meet.models import Meet, State
from tenants.desk.composed import Link

MEETS.page("programme", "<path:object_id>/programme/", programme)
MEETS.page("recut", "<path:object_id>/recut/", recut)


@MEETS.link
def programme_desk(request: HttpRequest, meet: Meet) -> list[Link]:
    """Where its heats are made; not before anybody can enter."""
    if meet.state == State.DRAFT:
        return []
    return [Link(_("番組編成"), reverse("admin:entries_meet_programme", args=[meet.pk]))]
