"""A form that was not taken is not lost: the page says why, shows what was sent, and one button sends it again.

A stale token (signed in anew in another tab) is answered with the page at once: it carries the fields, and nothing is stored.
Whoever was signed out signs in first; meanwhile the fields are kept in the visitor's session, for an hour. Both only for what
a page of this site sent, and nothing is ever sent by itself. The entry sheet has a way of its own, back to the filled sheet.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.http import errors
from config.http.maintenance import is_from_script, wants_json
from config.http.sent import Sent, sent_with
from tenants.decorators import UserRequest, signed_in
from tenants.throttle import attempts
from tenants.throttle.client import is_from_here

NAME, KEPT_FOR, MOST_KEPT = "kept_forms", timedelta(hours=1), 3
MOST_BYTES_KEPT = 200_000
LIMITS = attempts.Limits(pair=0, address=60, account=0)


class SentAgainMiddleware:
    """Stands around every door: what a signed-out visitor sent is kept, whichever door led to the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep what was sent when the answer is the sign-in page; forget it once it was taken."""
        response = self.get_response(request)
        if request.method != "POST":
            return response
        if _leads_to_sign_in(response):
            return _after_sign_in(request) or response
        if response.status_code < HTTPStatus.BAD_REQUEST and settings.SESSION_COOKIE_NAME in request.COOKIES:
            _forget(request)
        return response


def _leads_to_sign_in(response: HttpResponse) -> bool:
    """As every door does; a filled sheet, which is kept already, is led on by a 303."""
    where = response.headers.get("Location", "")
    return response.status_code == HTTPStatus.FOUND and where.startswith(f"{settings.LOGIN_URL}?")


def sent_from_here(request: HttpRequest) -> Sent | None:
    """The form, when a page of this site sent it and a person waits for a page."""
    if not is_from_here(request) or is_from_script(request) or wants_json(request):
        return None
    return sent_with(request)


def _after_sign_in(request: HttpRequest) -> HttpResponse | None:
    """To the sign-in page and from there to what was sent; None when there is nothing to keep."""
    sent = sent_from_here(request)
    if sent is None:
        return None
    if sent.size > MOST_BYTES_KEPT:
        return _too_large_to_keep()
    try:
        key = _keep(request, sent, at=timezone.now())
    except attempts.TooMany as exception:
        return errors.too_many(exception.seconds)
    login = f"{reverse('auth:login')}?{urlencode({'next': reverse('sent_again', args=[key])})}"
    return HttpResponseRedirect(login, status=HTTPStatus.SEE_OTHER)


def _too_large_to_keep() -> HttpResponse:
    text = _(
        "サインインの有効期限が切れていたため、送信した内容は受け付けていません。"
        "別のタブでサインインしてから、このページを再読み込みすると、同じ内容をもう一度送信できます。"
    )
    return errors.page(HTTPStatus.FORBIDDEN, title=_("サインインしてください"), text=text)


def _keep(request: HttpRequest, sent: Sent, *, at: datetime) -> str:
    """The key under which it is found again. Raises TooMany."""
    attempts.count(request, what=NAME, account="", limits=LIMITS, at=at)
    key = token_urlsafe(12)
    others = _fresh(request, at=at)[1 - MOST_KEPT :]
    request.session[NAME] = [*others, {"key": key, "at": at.isoformat(), **asdict(sent)}]
    request.session.set_expiry(KEPT_FOR)
    return key


def _fresh(request: HttpRequest, *, at: datetime) -> list[dict[str, Any]]:
    """What is kept for this visitor, the oldest first."""
    return [one for one in request.session.get(NAME, []) if at - datetime.fromisoformat(one["at"]) < KEPT_FOR]


def _forget(request: HttpRequest) -> None:
    """What was sent to this address was taken now, or asks anew by itself."""
    kept = request.session.get(NAME)
    if kept is None:
        return
    left = [one for one in _fresh(request, at=timezone.now()) if one["address"] != request.get_full_path()]
    if left:
        request.session[NAME] = left
    else:
        del request.session[NAME]


def lives_as_long_as_ever(request: HttpRequest, **_signal: Any) -> None:
    """A session that was short because nobody was signed in is not short any more."""
    if request.session.get("_session_expiry") is not None:
        request.session.set_expiry(None)


@signed_in
@require_safe
def kept(request: UserRequest, key: str) -> HttpResponse:
    """What was sent before its sender signed in, to be looked at and sent."""
    found = next((one for one in _fresh(request, at=timezone.now()) if one["key"] == key), None)
    if found is None:
        text = _("送信した内容は1時間だけ預かります。すでに送信したか、時間が過ぎました。")
        return errors.page(HTTPStatus.NOT_FOUND, title=_("預かっている内容はありません"), text=text)
    pairs = {name: [(one, two) for one, two in found[name]] for name in ("fields", "files")}
    sent = Sent(found["address"], found["page"], **pairs, had_password=found["had_password"])
    return page(request, sent, status=HTTPStatus.OK, was_signed_out=True)


def page(request: HttpRequest, sent: Sent, *, status: int, was_signed_out: bool = False) -> HttpResponse:
    """What happened, what was sent, and a button that sends it again."""
    values = {"sent": sent, "was_signed_out": was_signed_out}
    response = render(request, "errors/send_again.html", values, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or old is taken by nobody. A view that keeps what was typed leads back to it, by its
    `instead_of_stale_token`; every other form from here comes back to be sent again; the rest is a 403."""
    instead = getattr(request.resolver_match and request.resolver_match.func, "instead_of_stale_token", None)
    try:
        answer: HttpResponse | None = instead(request) if instead else None
    except attempts.TooMany as exception:
        return errors.too_many(exception.seconds)
    if answer is None and is_from_here(request) and request.path == reverse("auth:login"):
        return _sign_in_afresh(request)
    sent = sent_from_here(request) if answer is None else None
    if sent is not None:
        answer = page(request, sent, status=HTTPStatus.FORBIDDEN)
    return answer or _stale()


def _sign_in_afresh(request: HttpRequest) -> HttpResponse:
    """A fresh sign-in page that goes on to where the old one would have; whoever is signed in by now is led there at once."""
    typed = {name: request.POST.get(name, "")[:1500] for name in ("next", "email")}
    return HttpResponseRedirect(f"{reverse('auth:login')}?{urlencode(typed)}", status=HTTPStatus.SEE_OTHER)


def _stale() -> HttpResponse:
    text = _(
        "画面を開いてから時間がたったか、Cookieが使えない設定です。前のページを開き直して、もう一度送信してください。"
    )
    return errors.page(HTTPStatus.FORBIDDEN, title=_("画面の有効期限が切れました"), text=text)
