"""Pages that break, and a Sentry that keeps what would have left."""

import io
import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from tests.config.child import CANARIES, CHILD, FIELDS, MAIL, NAME, TOKEN
from tests.config.telemetry.sentry.breaks import LOGGED, SAID, WAYS, Child
from tests.sentry_sink import items_of

ADDRESS = "203.0.113.77"


def view(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    child, everything = Child(), CHILD  # noqa: F841 - what frames would show
    WAYS[kind]()
    return HttpResponse("ok")


def read_upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    raise ValueError(f"{file.name} {file.read()!r} {request.user!r}")


def refusing(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"404": Http404(CHILD), "403": PermissionDenied(CHILD), "400": SuspiciousOperation(CHILD)}[kind]


class Urls:
    from config.urls import handler400, handler403, handler404, handler500

    urlpatterns = [
        path("upload", read_upload),
        path("refuse/<slug:kind>", refusing),
        path("<slug:kind>/<str:token>", view),
    ]


class FailingMiddleware:
    """Stands where ours do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        body, who = request.body, request.META.get("HTTP_X_FORWARDED_FOR")  # noqa: F841
        raise ValueError(f"{CHILD} {request.get_full_path()}")


class Keep(Transport):
    """Keeps what would have left, as bytes."""

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.bodies: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.bodies.append(envelope.serialize())

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events and transactions among them."""
        return [item for body in self.bodies for item in items_of(body)]


Start = Callable[..., Keep]


def leaks(bodies: list[bytes]) -> set[str]:
    """The canaries in what left, however JSON wrote them."""
    texts = [body.decode("utf-8", "replace") for body in bodies]
    texts += [json.dumps(item, ensure_ascii=False) for body in bodies for item in items_of(body)]
    return {canary for canary in (*CANARIES, ADDRESS) for text in texts if canary in text}


def is_of_use(kept: Keep, kind: str, request_id: str) -> dict[str, Any]:
    """An event says what it is, where in our code, and during which request."""
    event = kept.events[-1]
    assert event["tags"]["request_id"] == request_id
    if kind in LOGGED:
        assert event["tags"]["line"].startswith("tests/config/telemetry/sentry/breaks.py:")
    elif kind in SAID:
        assert event["message"]
    else:
        assert event["exception"]["values"][-1]["type"]
        steps = [step for value in event["exception"]["values"] for step in value["stacktrace"]["frames"]]
        assert any(
            step["filename"].startswith("tests/config/telemetry/sentry/") and step["lineno"] > 0 for step in steps
        )
    return event


def visit(client: Client, kind: str) -> Any:
    address = f"/{kind}/{TOKEN}?name={NAME}&mail={MAIL}"
    return client.post(address, {**FIELDS, "file": io.BytesIO(CHILD.encode())})
