"""Nothing personal reaches Sentry, whatever breaks and wherever (requirement O1), and what arrives is still of use."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client

from config.telemetry import sentry
from tests.config.child import CHILD, FIELDS, MAIL, NAME, TOKEN
from tests.config.telemetry.sentry.breaks import WAYS
from tests.config.telemetry.sentry.pages import FailingMiddleware, Start, is_of_use, leaks, visit
from tests.sentry_sink import SentrySink, items_of


@pytest.mark.parametrize("kind", WAYS)
def test_an_error_in_a_request_says_what_where_and_when_but_not_who(visitor: Client, start: Start, kind: str) -> None:
    kept = start()
    answer = visit(visitor, kind)
    assert leaks(kept.bodies) == set()
    event = is_of_use(kept, kind, answer["X-Request-ID"])
    assert event["transaction"] == "/<slug:kind>/<str:token>"
    assert event["request"]["method"] == "POST"
    assert event["environment"] == "dev"
    assert event["tags"]["role"] == "web"


def test_an_error_in_a_middleware_too(visitor: Client, start: Start, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{FailingMiddleware.__module__}.FailingMiddleware"]
    kept = start()
    answer = visit(visitor, "integrity")
    assert answer.status_code == 500
    assert leaks(kept.bodies) == set()
    is_of_use(kept, "middleware", answer["X-Request-ID"])


def test_an_error_over_an_uploaded_file_too(visitor: Client, start: Start) -> None:
    kept = start()
    file = io.BytesIO(CHILD.encode())
    file.name = f"{NAME}.xlsx"
    answer = visitor.post("/upload", {"file": file, **FIELDS})
    assert leaks(kept.bodies) == set()
    event = is_of_use(kept, "upload", answer["X-Request-ID"])
    assert event["transaction"] == "/upload"
    assert event["exception"]["values"][-1]["type"] == "ValueError"


def starts(status: str, headers: list[tuple[str, str]], error: object = None, /) -> Callable[[bytes], object]:
    """A server's `start_response`."""
    return lambda text: None


def over_wsgi(client: Client, kind: str) -> None:
    """As a server calls us: it is there that the SDK begins a transaction."""
    asked = client.generic("GET", f"/{kind}/{TOKEN}?name={NAME}&mail={MAIL}", FIELDS["name"].encode())
    for event in (request_started, request_finished):  # the test's transaction lives on this connection
        event.disconnect(close_old_connections)
    try:
        body = WSGIHandler()(asked.wsgi_request.environ, starts)
        list(body)
        body.close()
    finally:
        for event in (request_started, request_finished):
            event.connect(close_old_connections)


def test_slow_pages_are_told_without_what_was_asked(visitor: Client, start: Start) -> None:
    kept = start(traces_sample_rate=1.0)
    for kind in ("after_a_query", "after_a_call", "after_a_program", "integrity", "template"):
        over_wsgi(visitor, kind)
    assert leaks(kept.bodies) == set()
    told = [event for event in kept.events if event.get("type") == "transaction"]
    assert [one["transaction"] for one in told] == ["/{kind}/{token}"] * 5
    spans = [span for one in told for span in one["spans"]]
    assert any(span["op"].startswith("db") and span["description"].startswith("SELECT") for span in spans)
    assert any(span["op"] == "http.client" and span["description"].startswith("POST 127.0.0.1") for span in spans)


@pytest.mark.parametrize("kind", ["404", "403", "400"])
def test_what_was_rightly_refused_is_no_error(visitor: Client, start: Start, kind: str) -> None:
    kept = start(traces_sample_rate=None)
    assert visitor.get(f"/refuse/{kind}").status_code == int(kind)
    assert visitor.get(f"/nowhere/at/all/{NAME}").status_code == 404
    assert kept.bodies == []


def test_without_a_rate_only_errors_are_sent(visitor: Client, start: Start) -> None:
    kept = start()
    visit(visitor, "integrity")
    assert [event.get("type") for event in kept.events] == [None]


def test_what_is_known_of_an_error_is_told(visitor: Client, start: Start, settings: Any) -> None:
    settings.RELEASE, settings.APP_ENV = "abc123", "staging"
    kept = start()
    visit(visitor, "integrity")
    event = kept.events[-1]
    value = event["exception"]["values"][-1]
    assert (event["release"], event["environment"], event["server_name"]) == ("abc123", "staging", "web")
    assert value["type"] == "IntegrityError"
    assert "value" not in value
    kinds = [one["type"] for one in event["exception"]["values"]]
    assert kinds == (
        ["UniqueViolation", "IntegrityError"] if connection.vendor == "postgresql" else ["IntegrityError"] * 2
    )


def test_errors_of_a_group_and_of_a_chain_are_all_told(visitor: Client, start: Start) -> None:
    kept = start()
    visit(visitor, "group")
    visit(visitor, "cause")
    groups, causes = (items_of(body)[0]["exception"]["values"] for body in kept.bodies)
    assert [one["type"] for one in groups] == ["KeyError", "ExceptionGroup", "ValueError", "ExceptionGroup"]
    assert [one["type"] for one in causes] == ["KeyError", "LookupError"]


def test_over_a_real_connection_it_is_the_same(visitor: Client, start: Start) -> None:
    with SentrySink() as sink:
        sentry.start(role="web", dsn=sink.dsn)
        answer = visit(visitor, "integrity_with_detail")
        assert sentry.deliver() == ""
        assert leaks(sink.bodies) == set()
        assert sink.events[0]["tags"]["request_id"] == answer["X-Request-ID"]
        assert {name.lower() for name in sink.headers[0]} <= {
            "accept-encoding", "content-length", "content-encoding", "content-type", "user-agent", "x-sentry-auth",
            "host", "connection",
        }  # fmt: skip
