"""The address pattern of the request in whose course we are: the log, Sentry and the counters name it, never the path."""

from contextvars import ContextVar

from django.http import HttpRequest

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN, STATIC = "unknown", "static"
BEFORE_THE_URLCONF = {"/static/": STATIC, "/admin": "/admin/"}
"""What a middleware answers before any pattern is looked for: files, and the closed door of the admin."""


current: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


def method_of(request: HttpRequest) -> str:
    """The method; whatever is none of HTTP's is OTHER, for anybody may send any word."""
    return request.method if request.method in METHODS else "OTHER"


def route_of(request: HttpRequest) -> str:
    """The pattern that the URLconf found, for example `/orders/<slug:reference>/`. A path may hold anything, this may not."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return next((name for start, name in BEFORE_THE_URLCONF.items() if request.path_info.startswith(start)), UNKNOWN)
