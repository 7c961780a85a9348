"""What happens to every request: an id, headers, a language, and a look for bytes that no page can use."""

import logging
import re
import secrets
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import translation

from config.http import errors
from config.telemetry.route import route_of
from tenants.audit.security import note
from tenants.request_id import request_id
from tenants.retry import Busy
from tenants.throttle.attempts import TooMany
from tenants.throttle.slots import AllTaken

log = logging.getLogger(__name__)

type_of_view = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "nitsys_lang"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
LARGEST_BODY = 25 * 1024 * 1024
LONGEST_QUERY, LONGEST_COOKIES = 4_000, 8_000
"""Characters; `config/gunicorn.py` reads twice as many, since what is longer than that it refuses in its own words."""
MOST_FORGOTTEN, LONGEST_LISTENING = 200 * 1024 * 1024, 20
"""Bytes and seconds for which a body that is too large is listened to."""
UNSENDABLE = re.compile(r"%00|\x00", re.IGNORECASE)


class RequestIdMiddleware:
    """Names each request, in the log and in the answer, so that a user can read the id out to us."""

    def __init__(self, get_response: type_of_view) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id for the course of this request. It stays until the next: Django logs a 4xx after we are done."""
        request_id.set(secrets.token_hex(6))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class CleanInputMiddleware:
    """Refuses what no page can use: NUL bytes in addresses, addresses and cookies that are too long, and bodies that would fill
    the disk before a view looks.

    A body that names no length is read as empty (WSGI); the largest that any page takes is a file of 20 MB.
    """

    def __init__(self, get_response: type_of_view) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400, 413, 414 or 431 before any view sees the request."""
        if _length(request) > LARGEST_BODY:
            _let_it_arrive(request)
            return errors.too_large()
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return errors.too_long()
        if len(request.META.get("HTTP_COOKIE", "")) > LONGEST_COOKIES:
            return errors.cookies_too_large()
        if UNSENDABLE.search(request.META.get("QUERY_STRING", "")) or UNSENDABLE.search(request.path):
            raise SuspiciousOperation("NUL in the address")
        return self.get_response(request)


def _let_it_arrive(request: HttpRequest) -> None:
    """Read and forget what a browser sends, so that it comes to reading our answer: a connection that is closed while it
    still sends shows as one that broke. Within bounds; whoever sends more, or more slowly, sees just that."""
    body = request.META["wsgi.input"]
    if not request.META.get("wsgi.input_terminated"):  # a server that does not end it would wait for more for ever
        return
    ends, left = monotonic() + LONGEST_LISTENING, MOST_FORGOTTEN
    while left > 0 and monotonic() < ends and (piece := body.read(min(left, 64 * 1024))):
        left -= len(piece)


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() else 0


class BusyMiddleware:
    """Our own pages for what is nobody's fault: 503 when rows stayed locked or the database went away (the same request
    may be sent again), 429 after too many attempts, and 405, which Django answers with an empty page."""

    def __init__(self, get_response: type_of_view) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give an empty 405 its page."""
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return errors.not_allowed(response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for TooMany, for Busy and for a database that does not answer; every other error is a 500."""
        if isinstance(exception, TooMany):
            note("throttled", route=route_of(request))
            return errors.too_many(exception.seconds)
        if isinstance(exception, AllTaken):
            note("throttled", route=route_of(request))
            return errors.all_taken()
        if isinstance(exception, Busy | OperationalError | InterfaceError):
            log.error("busy: %s", type(exception).__name__, exc_info=exception)
            return errors.unavailable()
        return None


class LanguageMiddleware:
    """Japanese first. English only when asked for, by `?lang=en` or the cookie which that sets.

    The browser's own list is not asked: public pages are cached by address, without a look at headers or cookies.
    """

    def __init__(self, get_response: type_of_view) -> None:
        self.get_response = get_response
        self.known = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language; remember a choice; lead a reader of English to a public page's English address."""
        asked = request.GET.get("lang", "")
        chosen = asked if asked in self.known else request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        if language != settings.LANGUAGE_CODE and not asked and request.method == "GET" and is_public(request.path):
            query = request.GET.copy()
            query["lang"] = language
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if asked in self.known and not is_public(request.path):
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=365 * 24 * 3600, samesite="Lax")
        return response


def is_public(path: str) -> bool:
    """Whether the page at `path` is the same for everyone, so that any proxy may keep it: no cookie is set there."""
    return path == "/" or (path.startswith("/meets/") and not re.search(r"/enter(/|$)", path))
