"""What leaves for Sentry: built anew from an allow-list, so that what nobody thought of stays here (requirement O1).

Kept: kind of error, file, function and line of each frame, method and route
pattern, status, request id, release, environment, role of the process, counts. Never: bodies, headers, cookies, query
strings, paths, users, local variables, parameters of queries, arguments of logs, names of hosts.
"""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest

from config.telemetry import route
from config.telemetry.exception_text import Fault, chain, place
from config.telemetry.masking import WITHHELD, mask, mask_controls, mask_sql, message_of
from tenants.request_id import request_id

Event = dict[str, Any]
Hook = Callable[[Event, dict[str, Any]], Event | None]

TEST_MESSAGE = "Test message from NIT-SYS"
OUR_MESSAGES = (TEST_MESSAGE, "[Nit-Sys] ")
"""How messages begin that ops send by hand (seed 002). Any other message that was not sent by `tell` is withheld."""
NO_ERRORS = (Http404, PermissionDenied, SuspiciousOperation)
told_by_us: ContextVar[dict[str, Any] | None] = ContextVar("told_by_us", default=None)
_ID = re.compile(r"[0-9a-f]{8,32}|[0-9a-f-]{36}")
_HOST = re.compile(r"(?:(?P<method>[A-Z]{3,7}) )?https?://(?P<host>[\w.-]{1,100}(?::\d+)?)(?:[/?#]|$)")
_WORD = re.compile(r"[\w.:/ -]{1,100}")
_KEPT = ("event_id", "timestamp", "start_timestamp", "platform", "level", "type")


def errors_only(thing: Any, hint: Any) -> None:
    """For the SDK's hooks of logs and metrics: nothing of these leaves."""


def event_for_sentry(role: str) -> Hook:
    """The SDK's `before_send` for a process of this role."""

    def hook(event: Event, hint: dict[str, Any]) -> Event | None:
        error = (hint.get("exc_info") or (None, None, None))[1]
        if isinstance(error, NO_ERRORS):
            return None
        record = hint.get("log_record")
        told = _common(event, role)
        if isinstance(error, BaseException):
            told["exception"] = {"values": _exceptions(chain(error), event)}
        if isinstance(record, logging.LogRecord):
            told["logger"] = record.name
            told["logentry"] = {"message": message_of(record, strings=False)}
            told["tags"]["line"] = f"{place(record.pathname)}:{record.lineno}"
            if isinstance(status := getattr(record, "status_code", None), int):
                told["tags"]["status"] = str(status)
        elif error is None:
            told["message"] = _message(event, told["tags"])
        told["breadcrumbs"] = {"values": [_crumb(crumb) for crumb in _crumbs(event)]}
        return told

    return hook


def transaction_for_sentry(role: str) -> Hook:
    """The SDK's `before_send_transaction`: durations by route, and statements without values."""

    def hook(event: Event, hint: dict[str, Any]) -> Event | None:
        told = _common(event, role)
        told["spans"] = [_span(span) for span in event.get("spans") or [] if isinstance(span, dict)]
        return told

    return hook


def without_data(crumb: Event, hint: dict[str, Any]) -> Event:
    """Sentry's `before_breadcrumb`: a crumb without its data, a statement without its values."""
    record = (hint or {}).get("log_record")
    if isinstance(record, logging.LogRecord):
        return {**_crumb(crumb), "message": message_of(record, strings=False)}
    told = _crumb({**crumb, "message": None, "data": None})
    if crumb.get("category") == "query":
        told["message"] = mask_sql(str(crumb.get("message", "")))
    elif crumb.get("category") == "httplib" and isinstance(data := crumb.get("data"), dict):
        found = _HOST.match(str(data.get("url", "")))
        status = data.get("status_code")
        told["data"] = {"host": found["host"] if found else "", "status_code": status if type(status) is int else None}
    return told


def _common(event: Event, role: str) -> Event:
    """Environment, release, request id, role and route of the event: none of the request's own values."""
    now = route.current.get()
    told = {name: event[name] for name in _KEPT if isinstance(event.get(name), str | int | float)}
    told |= {"environment": settings.APP_ENV, "release": settings.RELEASE or None, "server_name": role}
    told["tags"] = {"request_id": request_id.get(), "role": role}
    told["transaction"] = _route(event, now)
    if now is not None:
        told["request"] = {"method": route.method_of(now), "url": f"{settings.BASE_URL}{told['transaction']}"}
    traced = (event.get("contexts") or {}).get("trace") or {}
    told["contexts"] = {"trace": {**_ids(traced), **_words(traced, "op", "status")}}
    sdk = event.get("sdk") or {}
    told["sdk"] = _words(sdk, "name", "version")
    return told


def _route(event: Event, now: HttpRequest | None) -> str:
    if now is not None:
        return route.route_of(now)
    source = (event.get("transaction_info") or {}).get("source")
    return str(event.get("transaction")) if source == "route" else ""


def _exceptions(faults: list[Fault], event: Event) -> list[Event]:
    """As Sentry wants them: what happened first is first, each with the number of the one that it led to."""
    values = (event.get("exception") or {}).get("values") or [{}]
    handled = (values[-1].get("mechanism") or {}).get("handled")
    return [
        {
            "type": fault.kind,
            "module": fault.module,
            "mechanism": {
                "type": "generic" if number == 0 else "chained",
                "handled": handled is True,
                "exception_id": number,
                **({} if fault.cause is None else {"parent_id": fault.cause}),
            },
            "stacktrace": {
                "frames": [
                    {"filename": step.path, "function": step.function, "lineno": step.line, "in_app": step.in_app}
                    for step in fault.frames
                ]
            },
        }
        for number, fault in reversed(list(enumerate(faults)))
    ]


def _message(event: Event, tags: dict[str, str]) -> str:
    text = str(event.get("message") or (event.get("logentry") or {}).get("message") or "")
    facts = told_by_us.get()
    if facts is not None:
        tags |= {name: mask(str(value), keep_words=True) for name, value in facts.items()}
        return mask_controls(text)
    return mask(text, keep_words=True) if text.startswith(OUR_MESSAGES) else WITHHELD


def _crumbs(event: Event) -> list[Event]:
    crumbs = event.get("breadcrumbs") or {}
    values = crumbs.get("values") if isinstance(crumbs, dict) else crumbs
    return [crumb for crumb in values or [] if isinstance(crumb, dict)]


def _crumb(crumb: Event) -> Event:
    """A breadcrumb that went through `without_data`, or the part of one that holds no data."""
    told = {**_words(crumb, "category", "type", "level"), "timestamp": crumb.get("timestamp")}
    if crumb.get("message"):
        told["message"] = str(crumb["message"])
    if isinstance(data := crumb.get("data"), dict):
        told["data"] = {name: data.get(name) for name in ("host", "status_code")}
    return told


def _span(span: Event) -> Event:
    told = {**_ids(span), **_words(span, "op", "status")}
    told |= {name: span.get(name) for name in ("start_timestamp", "timestamp")}
    text, op = str(span.get("description") or ""), str(span.get("op") or "")
    if op.startswith("db"):
        told["description"] = mask_sql(text)
    elif op == "http.client" and (found := _HOST.match(text)):
        told["description"] = f"{found['method'] or ''} {found['host']}".strip()
    return told


def _ids(holder: Event) -> Event:
    names = ("trace_id", "span_id", "parent_span_id")
    return {name: holder[name] for name in names if _ID.fullmatch(str(holder.get(name)))}


def _words(holder: Event, *names: str) -> Event:
    return {name: holder[name] for name in names if isinstance(holder.get(name), str) and _WORD.fullmatch(holder[name])}
