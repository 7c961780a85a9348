"""A sheet that is sent when the session has ended: nothing typed is lost.

With script a 401 opens a dialog that signs in on the spot and sends again. Without, the sheet is kept in the visitor's
session for an hour, the sign-in page follows, and it leads back to the sheet as it was filled in. A sheet whose token is
stale (signed in anew in another tab, a lost cookie) is kept likewise when one of our own pages sent it, and never taken.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone

from entries.entry.drafts import MAX_ROWS, check_rows
from entries.entry.sheet.forms import read_sheet
from entries.entry.sheet.sheet_layout import draft_of_rows
from entries.roster.models import Team
from tenants.refusal import Refused
from tenants.throttle import attempts
from tenants.throttle.client import is_from_here

BY_SCRIPT = "X-Sheet"
"""The header of a sheet's own script, which shows the answer itself."""
NAME, KEPT_FOR = "kept_sheet", timedelta(hours=1)
LIMITS = attempts.Limits(pair=0, address=60, account=0)
View = Callable[..., HttpResponse]


def keeps_what_is_sent(view: View) -> View:
    """Put around a sheet's view, before the one that asks for a session."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if BY_SCRIPT in request.headers:
            return JsonResponse({}, status=HTTPStatus.UNAUTHORIZED)
        _keep(request)
        login = f"{reverse('auth:login')}?{urlencode({'next': _filled(request)})}"
        return HttpResponseRedirect(login, status=HTTPStatus.SEE_OTHER)

    kept.instead_of_stale_token = _instead_of_stale_token  # type: ignore[attr-defined]
    return kept


def _instead_of_stale_token(request: HttpRequest) -> HttpResponse | None:
    """Where a sheet with a stale token goes on; None when another site sent it, or it cannot be kept. Raises TooMany."""
    if not is_from_here(request):
        return None
    if BY_SCRIPT in request.headers:
        return None if request.user.is_authenticated else JsonResponse({}, status=HTTPStatus.UNAUTHORIZED)
    if not _keep(request):
        return None
    return HttpResponseRedirect(_filled(request), status=HTTPStatus.SEE_OTHER)


def _filled(request: HttpRequest) -> str:
    """The address of the sheet as it was filled in."""
    return f"{request.path}?{urlencode({'team': request.POST.get('team', ''), 'kept': 1})}"


def _keep(request: HttpRequest) -> bool:
    """In the visitor's session, which lives an hour when nobody is signed in; so much from one address and no more. False
    for what no sheet sends. Raises TooMany."""
    now = timezone.now()
    attempts.count(request, what=NAME, account="", limits=LIMITS, at=now)
    try:
        rows = check_rows(draft_of_rows(read_sheet(request.POST).rows)[:MAX_ROWS])
    except Refused:
        return False
    team = request.POST.get("team", "")[:20]
    request.session[NAME] = {"path": request.path, "team": team, "rows": rows, "at": now.isoformat()}
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR)
    return True


def kept_rows(request: HttpRequest, team: Team) -> list[dict[str, Any]] | None:
    """What was sent for this sheet before its sender signed in; None when nothing was, or longer ago than an hour."""
    kept = request.session.get(NAME)
    if kept is None:
        return None
    is_fresh = timezone.now() - datetime.fromisoformat(kept["at"]) < KEPT_FOR
    is_this = kept["path"] == request.path and kept["team"] in ("", str(team.pk))
    return list(kept["rows"]) if is_fresh and is_this else None


def forget(request: HttpRequest) -> None:
    """The sheet was taken."""
    request.session.pop(NAME, None)


def answer(request: HttpRequest, location: str) -> HttpResponse:
    """303 to the receipt (contract 5); to the sheet's own script, which goes there itself, the address."""
    if BY_SCRIPT in request.headers:
        return JsonResponse({"location": location})
    return HttpResponseRedirect(location, status=HTTPStatus.SEE_OTHER)
