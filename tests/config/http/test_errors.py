"""The error pages: ours, with the request's id, without a look inside, also when the database is down
(requirement G7)."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.http import middleware
from tenants.models import User
from tenants.retry import Busy
from tenants.throttle.attempts import TooMany

SECRET = "SELECT password FROM tenants_user -- secret-canary"


class Boom(Exception):
    """Nobody expects this one."""


RAISED: dict[str, tuple[Exception, int]] = {
    "boom": (Boom(SECRET), 500),
    "busy": (Busy(SECRET), 503),
    "database": (OperationalError(SECRET), 503),
    "denied": (PermissionDenied(SECRET), 403),
    "unknown": (Http404(SECRET), 404),
    "suspicious": (SuspiciousOperation(SECRET), 400),
    "often": (TooMany(61), 429),
}


def view_raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def reads_a_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(len(request.POST))


def asks_the_database(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.is_authenticated))


class Urls:
    """A site of broken pages, with the error pages of ours."""

    from config.urls import handler400, handler403, handler404, handler500

    urlpatterns = [path(name, view_raising(error)) for name, (error, _) in RAISED.items()] + [
        path("form", reads_a_form),
        path("user", asks_the_database),
    ]


@pytest.fixture
def broken(settings: Any) -> Client:
    settings.ROOT_URLCONF = Urls
    return Client(raise_request_exception=False)


def is_ours(answer: Any, status: int) -> None:
    text = answer.content.decode()
    assert answer.status_code == status
    assert f"<code>{answer['X-Request-ID']}</code>" in text
    assert "<h1>" in text
    for inside in (SECRET, "Traceback", "Boom", "OperationalError", "django", "Django", "settings", "/work/"):
        assert inside not in text
    assert "Content-Security-Policy" in answer
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", RAISED)
def test_whatever_is_raised_gets_a_page_of_ours(broken: Client, name: str) -> None:
    """Without the db fixture: a query on the way to the page would fail the test."""
    is_ours(broken.get(f"/{name}"), RAISED[name][1])


@pytest.mark.parametrize("name", ["busy", "database", "often"])
def test_who_may_try_again_is_told_when(broken: Client, name: str) -> None:
    assert int(broken.get(f"/{name}")["Retry-After"]) > 0


def test_an_unknown_address_needs_no_database(broken: Client) -> None:
    is_ours(broken.get("/nowhere"), 404)


def test_a_database_that_does_not_answer_is_a_503_wherever_it_is_asked(
    broken: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """In a view, and before any view, in the middleware that holds the admin's door."""

    def down(*args: object, **kwargs: object) -> None:
        raise OperationalError(SECRET)

    monkeypatch.setattr(connection, "cursor", down)
    broken.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    for address in ("/user", "/admin/", "/admin/nowhere/"):
        is_ours(broken.get(address), 503)
    is_ours(broken.get("/boom"), 500)
    is_ours(broken.get("/nowhere"), 404)


def test_an_address_opened_the_wrong_way(client: Client) -> None:
    answer = client.get("/auth/logout")
    is_ours(answer, 405)
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("address", ["/?a=%00", "/%00", "/meets/%00/x/", "/auth/login?next=%00", "/?a=x%00y&b=1"])
def test_a_nul_in_the_address(client: Client, address: str) -> None:
    is_ours(client.get(address), 400)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80@evil.example", "a b", "x" * 300])
def test_a_host_that_is_not_ours(client: Client, host: str) -> None:
    is_ours(client.get("/auth/login", HTTP_HOST=host), 400)


def test_staff_at_the_admin(client: Client, endo: User) -> None:
    client.force_login(endo)
    is_ours(client.get("/admin/"), 403)


def test_a_form_without_its_token(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/auth/login", {"email": "a@example.com", "password": "x"})
    is_ours(answer, 403)
    assert "画面の有効期限が切れました" in answer.content.decode()


def test_too_many_fields(broken: Client) -> None:
    is_ours(broken.post("/form", {f"f{n}": "" for n in range(5_001)}), 413)
    body = "&".join(f"f{n}=" for n in range(100_000))
    is_ours(broken.post("/form", body, content_type="application/x-www-form-urlencoded"), 413)


def test_an_address_or_cookies_that_are_too_long(broken: Client) -> None:
    fits: dict[str, Any] = {"QUERY_STRING": "q=" + "x" * 3_998, "HTTP_COOKIE": "c=" + "x" * 7_998}
    assert broken.get("/form", **fits).status_code == 200
    for name, status in (("QUERY_STRING", 414), ("HTTP_COOKIE", 431)):
        is_ours(broken.get("/form", **{**fits, name: fits[name] + "x"}), status)


def test_a_body_that_is_too_big_is_refused_unread(broken: Client) -> None:
    class Endless(BytesIO):
        def read(self, *args: object) -> bytes:
            raise AssertionError("was read")

    long = b"a=" + b"x" * 6_000_000
    is_ours(broken.generic("POST", "/form", long, content_type="application/x-www-form-urlencoded"), 413)
    huge: dict[str, Any] = {"CONTENT_LENGTH": str(10**12), "wsgi.input": Endless()}
    is_ours(broken.post("/form", {}, **huge), 413)


def test_a_body_without_end_is_listened_to_for_so_long(broken: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(BytesIO):
        asked = 0

        def read(self, size: int | None = -1) -> bytes:
            self.asked += size or 0
            return b"x" * (size or 0)

    monkeypatch.setattr(middleware, "MOST_FORGOTTEN", 300_000)
    body = Endless()
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(10**12), "wsgi.input": body, "wsgi.input_terminated": True}
    is_ours(broken.post("/form", {}, **sent), 413)
    assert body.asked == 300_000


@pytest.mark.parametrize("length", ["", "-1", "x", "9" * 400])
def test_a_length_that_is_no_number(broken: Client, length: str) -> None:
    assert broken.post("/form", {}, CONTENT_LENGTH=length).status_code in (200, 400, 413)


@pytest.mark.parametrize("body", [
    b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", b"", b"--y--", b"\x00" * 1000, b"--x" * 10_000,
])  # fmt: skip
def test_a_broken_multipart_body(broken: Client, body: bytes) -> None:
    answer = broken.generic("POST", "/form", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (200, 400, 413)


@pytest.mark.parametrize(
    "accept", ["text/html; charset=\ud800".encode("utf-8", "replace").decode("latin-1"), "x" * 9000]
)
def test_odd_headers_change_nothing(client: Client, accept: str) -> None:
    assert client.get("/healthz", HTTP_ACCEPT=accept, HTTP_ACCEPT_LANGUAGE=accept).status_code == 200


def test_the_page_is_in_the_readers_language(broken: Client, settings: Any) -> None:
    assert '<html lang="ja">' in broken.get("/nowhere").content.decode()
    assert '<html lang="en">' in broken.get("/nowhere?lang=en").content.decode()
