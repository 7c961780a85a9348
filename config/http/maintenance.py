"""The site while it is stopped: maintenance for everyone, or reading only (contract 6, requirement M7).

A request is judged once, when it comes in. One that was let in is finished and stored, whatever is switched meanwhile, so
nothing that was accepted is lost. Nothing is asked of the database for it (`tenants.switches.queries`), and a user is only
looked up while something is stopped.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.http.sent import fields_of
from tenants.request_id import request_id
from tenants.switches import queries
from tenants.switches.models import Function, Switch
from tenants.switches.rules import retry_after
from tenants.switches.wording import back_of, message_of, moment

log = logging.getLogger(__name__)

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
"""For machines that watch: a closed site is not a broken one."""
SIGN_IN = frozenset({"/auth/login", "/auth/logout"})
"""Open to everyone, so that a platform admin gets in. Who else signs in comes to the page of the maintenance."""
SWITCHES = "/admin/tenants/switch/"
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
JSON = ("/staff/references", "/api/")
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class SiteState:
    """What is stopped for this visitor, for the bar at the head of a page."""

    switch: Switch
    is_maintenance: bool

    @property
    def message(self) -> str:
        """As it was written, or the usual words."""
        return message_of(self.switch)

    @property
    def back(self) -> str:
        """When it is expected to be over, or ""."""
        return back_of(self.switch).strip()

    def __str__(self) -> str:
        """What the bar says. Public pages are kept under it too, so that nobody is shown a bar that is no longer true."""
        return f"{self.switch.function} {self.message}{self.back}"


class MaintenanceMiddleware:
    """Stands where the session is known but nothing has been done yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let through, or answer 503 with Retry-After."""
        if request.path in ALWAYS:
            return self.get_response(request)
        closed, still = queries.stopped(Function.MAINTENANCE), queries.stopped(Function.READ_ONLY)
        if closed is None and still is None:
            return self.get_response(request)
        is_open = request.path in SIGN_IN
        if closed is not None and not is_open and not is_platform_admin(request):
            return closed_page(request, closed)
        if still is not None and not is_open and request.method not in READING and not _is_at_the_switches(request):
            return read_only_page(request, still)
        request.site_state = SiteState(closed or still, closed is not None)  # type: ignore[attr-defined, arg-type]
        response = self.get_response(request)
        if closed is not None:
            response.headers["Cache-Control"] = "private, no-store"  # also of public pages: they carry the bar
        return response


def is_platform_admin(request: HttpRequest) -> bool:
    """Whether who asks may go on. Whoever has no session is not looked up; without a database nobody is known."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        return bool(getattr(request.user, "is_platform_admin", False))
    except (DatabaseError, InterfaceError) as error:
        log.warning("closed, and who asks cannot be looked up: %s", type(error).__name__)
        return False


def _is_at_the_switches(request: HttpRequest) -> bool:
    return request.path.startswith(SWITCHES) and is_platform_admin(request)


def closed_page(request: HttpRequest, switch: Switch) -> HttpResponse:
    """503 for everyone but the platform admin."""
    return _refusal(request, switch, title=_("メンテナンス中です"), text=message_of(switch))


def read_only_page(request: HttpRequest, switch: Switch) -> HttpResponse:
    """503 for what would write; reading goes on."""
    text = _("現在は閲覧のみできます。登録、申込、変更は受け付けていません。%(message)s") % {
        "message": message_of(switch)
    }
    return _refusal(request, switch, title=_("いまは変更できません"), text=text)


def _refusal(request: HttpRequest, switch: Switch, *, title: str, text: str) -> HttpResponse:
    """A page with the reason and what was sent, or a line of JSON or text for a script that asked."""
    now = timezone.now()
    seconds = retry_after(switch, at=now)
    headers = {"Retry-After": str(seconds), "Cache-Control": "private, no-store"}
    said = f"{text}{back_of(switch)}"
    if wants_json(request):
        body = {"error": said, "code": switch.function, "retry_after": seconds, "request_id": request_id.get()}
        return _meant(JsonResponse(body, status=503, headers=headers, json_dumps_params={"ensure_ascii": False}))
    if is_from_script(request):
        return _meant(HttpResponse(said, status=503, headers=headers, content_type="text/plain; charset=utf-8"))
    context = {
        "title": title, "text": text, "request_id": request_id.get(), "now": moment(now),
        "back": back_of(switch).strip(), "read_only": switch.function == Function.READ_ONLY,
        "was_sent": request.method not in READING, "kept": kept(request), "path": request.get_full_path(),
        "app_env": settings.APP_ENV, "language": get_language() or settings.LANGUAGE_CODE,
    }  # fmt: skip
    return _meant(HttpResponse(render_to_string("errors/closed.html", context), status=503, headers=headers))


def _meant(response: HttpResponse) -> HttpResponse:
    """Django logs each 5xx as an error, and errors go to Sentry; and we count them as failures (`config.telemetry.timing`). This one
    is meant, and comes in thousands."""
    response._has_been_logged = response.is_meant = True  # type: ignore[attr-defined]
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer is read by a program: the addresses that speak JSON, and whoever sends or asks for it."""
    accept = request.headers.get("Accept", "")
    asked = "application/json" in accept and "text/html" not in accept
    return asked or request.path.startswith(JSON) or request.content_type == "application/json"


def is_from_script(request: HttpRequest) -> bool:
    """Whether a script on our page asked (htmx, fetch): a whole page would end up inside the page."""
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty"


def kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that were sent, for a form that sends them once more: nothing typed is lost. No passwords, no files.

    They go back to whoever sent them. A stranger's form has not got this visitor's CSRF token, so sending it again
    from our page is refused like the first time.
    """
    if request.method != "POST" or request.content_type != URLENCODED:
        return []
    fields = fields_of(request)
    return [] if any("password" in name.lower() for name, _value in fields) else fields
