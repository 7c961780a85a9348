"""How a view gets its team: by the number in its address, for members only."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from entries.roster.models import Team
from tenants.decorators import UserRequest, View, signed_in


class TeamRequest(UserRequest):
    """A request of a member about their team."""

    team: Team


def in_team(view: View) -> View:
    """Give the view `request.team`, the team whose number stands in the address as `team`.

    Anonymous visitors sign in first. Somebody else's team answers 404 as an unknown one does; who was removed from the
    team finds that out with the next request (requirements T1, T7). One query.
    """

    @wraps(view)
    def with_team(request: HttpRequest, team: int, *args: Any, **kwargs: Any) -> HttpResponse:
        row = Team.objects.managed_by(request.user).filter(pk=team).first()
        if row is None:
            raise Http404
        request.team = row  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return signed_in(with_team)
