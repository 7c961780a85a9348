"""`config.ops.smoke.http.exchange` without a network: each request goes to the site in this process, with its CSRF check."""

from collections.abc import Callable
from email.message import Message
from http.client import HTTPConnection
from typing import Any

import pytest
from django.test import Client

from config.ops.smoke import http
from config.ops.smoke.http import Answer

BASE = "http://testserver"


def visit_inside(monkeypatch: pytest.MonkeyPatch, change: Callable[[str, Answer], Answer] | None = None) -> None:
    """Let visitors ask this process; `change` may replace an answer by its path."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def exchange(link: HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        kind = headers.get("Content-Type", "application/octet-stream")
        response = client.generic(method, path, body or b"", content_type=kind, headers=headers)
        client.cookies.clear()  # what is known of the visitor is in the headers alone
        answer = Answer(response.status_code, _headers(response), response.content)
        return change(path, answer) if change else answer

    monkeypatch.setattr(http, "exchange", exchange)


def _headers(response: Any) -> Message:
    answered = Message()
    for name, value in response.headers.items():
        answered[name] = value
    for cookie in response.cookies.values():
        answered["Set-Cookie"] = cookie.OutputString()
    return answered


def redirect(location: str) -> Answer:
    """A 302."""
    headers = Message()
    headers["Location"] = location
    return Answer(302, headers, b"")
