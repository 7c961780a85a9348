"""Nothing personal reaches Sentry, whatever breaks and wherever (reliability O1), and what arrives is still of use.

`KINDS` are ways to break, each with what is known of one child at hand: in the body, the headers, the path, the query,
local variables, the error's text, the log's arguments and the row in the database.
"""

import csv
import io
import json
import logging
import smtplib
import subprocess
import sys
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DataError, IntegrityError, OperationalError, close_old_connections, connection, transaction
from django.dispatch import Signal
from django.http import Http404, HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path
from django.utils import timezone
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config import job_threads, sentry
from config.worker import Worker
from tenants.jobs import work
from tenants.models import User
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tests.sentry_sink import SentrySink, items_of

NAME, KANA, ROMAJI, BORN = "佐藤花子", "サトウハナコ", "Hanakocanary", "2009-04-17"
MAIL, PHONE, SCHOOL, STREET = "hanako.canary@example.jp", "090-1234-5678", "霧ヶ峰第三中学校", "諏訪市湖岸通り"
BANK, JAAF, TOKEN, PASSWORD = "7654321-889", "00123456789", "tokencanary5f3a", "Pass-Canary-77"
CANARIES = (NAME, KANA, ROMAJI, BORN, MAIL, PHONE, SCHOOL, STREET, BANK, JAAF, TOKEN, PASSWORD)
CHILD = " ".join(CANARIES)
FIELDS = {"name": NAME, "kana": KANA, "romaji": ROMAJI, "birth_date": BORN, "email": MAIL, "password": PASSWORD}
log = logging.getLogger("entries.canary")
foreign = logging.getLogger("somebody.elses")
signal = Signal()


class Child:
    """A row as templates and frames see it."""

    name = NAME

    def __repr__(self) -> str:
        return f"<Child {CHILD}>"

    @property
    def boom(self) -> str:
        raise ValueError(f"cannot show {CHILD}")


class Odd(Exception):
    """An error that says more than its arguments."""

    def __str__(self) -> str:
        return CHILD


def integrity() -> None:
    User.objects.create_user(MAIL, None, name=NAME)
    with transaction.atomic():
        User.objects.create_user(MAIL, None, name=NAME)


def integrity_with_detail() -> None:
    raise IntegrityError(
        f'duplicate key value violates "one_mail"\nDETAIL:  Key (email)=({MAIL}) already exists. {CHILD}'
    )


def data_error() -> None:
    raise DataError(f'invalid input syntax for type date: "{BORN}" {CHILD}')


def refused_by_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM nowhere WHERE name = '{NAME}' AND note = '{CHILD}' AND x = %s", [MAIL])


def validation() -> None:
    raise ValidationError({"email": [f"{MAIL} is taken by {CHILD}"]})


def mail_refused() -> None:
    raise smtplib.SMTPRecipientsRefused({MAIL: (550, f"5.1.1 <{MAIL}> {ROMAJI} unknown".encode())})


def mail_data_refused() -> None:
    raise smtplib.SMTPDataError(554, f"no thanks {MAIL} {CHILD}".encode())


def undecodable() -> None:
    (CHILD.encode("cp932") + b"\xff").decode("utf-8")


def unencodable() -> None:
    CHILD.encode("ascii")


def missing_key() -> None:
    {}[NAME + ROMAJI]


def wrong_value() -> None:
    raise ValueError(ROMAJI)


def several_arguments() -> None:
    raise RuntimeError("row", NAME, {"mail": MAIL, "who": CHILD})


def template() -> None:
    Template("<p>{{ child.name }} {{ child.boom }}</p>").render(Context({"child": Child(), "all": CHILD}))


def not_json() -> None:
    json.loads(f'["{CHILD}", x]')


def import_row() -> None:
    for number, row in enumerate(csv.reader(io.StringIO(f"{NAME},{KANA},{MAIL}\n"))):
        raise ValueError(f"row {number}: {row!r} {CHILD}")


def upload() -> None:
    Path(f"/nowhere/{NAME}-{ROMAJI}.xlsx").read_bytes()


def away() -> None:
    raise OperationalError(f'connection to server at "db" failed: password for user "{ROMAJI}" {CHILD}')


def lock_timeout() -> None:
    raise OperationalError(f"canceling statement due to lock timeout\nCONTEXT:  while locking tuple {CHILD}")


def cause() -> None:
    try:
        missing_key()
    except KeyError as error:
        raise LookupError(CHILD) from error


def context() -> None:
    try:
        wrong_value()
    except ValueError:
        raise LookupError(CHILD)  # noqa: B904 - the very case: an error while another is handled


def group() -> None:
    raise ExceptionGroup(CHILD, [ValueError(NAME), ExceptionGroup(MAIL, [KeyError(ROMAJI)])])


def noted() -> None:
    error = ValueError("no")
    error.add_note(CHILD)
    error.child = Child()  # type: ignore[attr-defined]
    raise error


def own_words() -> None:
    raise Odd(CHILD)


def receiver() -> None:
    def listen(sender: Any, child: Child, **kwargs: Any) -> None:
        raise ValueError(f"{child!r}")

    signal.connect(listen)
    try:
        signal.send(None, child=Child())
    finally:
        signal.disconnect(listen)


def tagged() -> None:
    sentry_sdk.set_user({"email": MAIL, "username": ROMAJI, "ip_address": "203.0.113.77"})
    sentry_sdk.set_tag("name", CHILD)
    sentry_sdk.set_context("athlete", {"name": NAME, "all": CHILD})
    sentry_sdk.set_extra("row", CHILD)
    raise ZeroDivisionError


def after_a_query() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{CHILD}' WHERE %s <> ''", [MAIL])
    raise ZeroDivisionError


def after_a_call() -> None:
    with SentrySink() as sink:
        address = sink.dsn.replace("key@", "") + f"?mail={MAIL}&who={ROMAJI}&token={TOKEN}"
        urllib.request.urlopen(urllib.request.Request(address, b"", {"Authorization": TOKEN})).read()
    raise ZeroDivisionError


def after_a_program() -> None:
    subprocess.run(["true", CHILD, MAIL], check=True, env={"PGPASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"})
    raise ZeroDivisionError


def after_logs() -> None:
    log.warning("odd row of %s: %r", ROMAJI, Child())
    foreign.warning("odd " + CHILD)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(CHILD, stacklevel=1)
        logging.captureWarnings(False)
    raise ZeroDivisionError


def caught(name: str) -> Callable[[], None]:
    """The same error, but caught and logged with everything at hand."""

    def run() -> None:
        try:
            globals()[name]()
        except Exception:
            log.exception("import of %s failed: %s", ROMAJI, CHILD)

    return run


def logged() -> None:
    log.error("%s has no %s: %r", ROMAJI, BORN, Child(), extra={"child": CHILD, "row": Child()})


def logged_ready_made() -> None:
    log.error(f"no such athlete: {CHILD}")


def logged_by_others() -> None:
    foreign.error("refused %s", CHILD)
    foreign.critical(f"{ROMAJI} {CHILD}")


def said() -> None:
    sentry_sdk.capture_message(CHILD)


def said_by_hand() -> None:
    sentry_sdk.capture_message(f"[Nit-Sys] 障害発生 {MAIL} {PHONE} {JAAF}")


IN_A_VIEW: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        integrity, integrity_with_detail, data_error, refused_by_the_database, validation, mail_refused,
        mail_data_refused, undecodable, unencodable, missing_key, wrong_value, several_arguments, template, not_json,
        import_row, upload, away, lock_timeout, cause, context, group, noted, own_words, receiver, tagged, after_a_query,
        after_a_call, after_a_program, after_logs, logged, logged_ready_made, logged_by_others, said, said_by_hand,
    )
} | {f"caught_{name}": caught(name) for name in ("integrity_with_detail", "undecodable", "group")}  # fmt: skip
MESSAGES = {"logged", "logged_ready_made", "logged_by_others", "said", "said_by_hand"}


def view(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    child, everything = Child(), CHILD  # noqa: F841 - what frames would show
    IN_A_VIEW[kind]()
    return HttpResponse("ok")


def read_upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    raise ValueError(f"{file.name} {file.read()!r} {request.user!r}")


def refusing(request: HttpRequest, kind: str) -> HttpResponse:
    raise {"404": Http404(CHILD), "403": PermissionDenied(CHILD), "400": SuspiciousOperation(CHILD)}[kind]


class Urls:
    from config.urls import handler400, handler403, handler404, handler500

    urlpatterns = [
        path("upload", read_upload), path("refuse/<slug:kind>", refusing), path("<slug:kind>/<str:token>", view),
    ]  # fmt: skip


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


@pytest.fixture
def start() -> Iterator[Callable[..., Keep]]:
    def begin(**more: Any) -> Keep:
        kept = Keep()
        sentry.start(role="web", dsn="http://key@127.0.0.1:9/1", transport=kept, **more)
        return kept

    yield begin
    sentry_sdk.get_global_scope().set_client(None)
    sentry_sdk.get_isolation_scope().clear()


@pytest.fixture
def visitor(settings: Any, db: None) -> Client:
    settings.ROOT_URLCONF = Urls
    client = Client(
        raise_request_exception=False,
        headers={"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.77", "user-agent": CHILD.encode().decode("latin-1"),
                 "referer": f"https://x/?token={TOKEN}", "baggage": f"sentry-release={TOKEN},sentry-user_id={ROMAJI}"},
    )  # fmt: skip
    client.force_login(User.objects.create_user(f"me.{MAIL}", PASSWORD, name=NAME))
    client.cookies["canary"] = TOKEN
    return client


def leaks(bodies: list[bytes]) -> set[str]:
    """The canaries in what left, however JSON wrote them."""
    texts = [body.decode("utf-8", "replace") for body in bodies]
    texts += [json.dumps(item, ensure_ascii=False) for body in bodies for item in items_of(body)]
    return {canary for canary in (*CANARIES, "203.0.113.77") for text in texts if canary in text}


def is_of_use(kept: Keep, kind: str, request_id: str) -> dict[str, Any]:
    """An event says what it is, where in our code, and during which request."""
    events = [item for body in kept.bodies for item in items_of(body)]
    assert events, kind
    event = events[-1]
    assert event["tags"]["request_id"] == request_id
    if kind in MESSAGES:
        assert event.get("message") or event["tags"]["line"].startswith("tests/config/test_sentry.py:")
        return event
    last = event["exception"]["values"][-1]
    assert last["type"]
    steps = [step for value in event["exception"]["values"] for step in value["stacktrace"]["frames"]]
    assert any(step["filename"] == "tests/config/test_sentry.py" and step["lineno"] > 0 for step in steps)
    return event


def visit(client: Client, kind: str) -> Any:
    address = f"/{kind}/{TOKEN}?name={NAME}&mail={MAIL}"
    return client.post(address, {**FIELDS, "file": io.BytesIO(CHILD.encode())})


@pytest.mark.parametrize("kind", IN_A_VIEW)
def test_an_error_in_a_request_says_what_where_and_when_but_not_who(
    visitor: Client, start: Callable[..., Keep], kind: str
) -> None:
    kept = start()
    answer = visit(visitor, kind)
    assert leaks(kept.bodies) == set()
    event = is_of_use(kept, kind, answer["X-Request-ID"])
    assert event["transaction"] == "/<slug:kind>/<str:token>"
    assert event["request"]["method"] == "POST"
    assert event["environment"] == "dev"
    assert event["tags"]["role"] == "web"


def in_a_thread() -> None:
    thread = threading.Thread(target=wrong_value, args=())
    thread.start()
    thread.join()


def in_a_job() -> None:
    def spoil(job: Any, report: Any) -> None:
        raise ValueError(f"{job.args} {CHILD}")

    work._functions["canary"] = spoil
    try:
        work.enqueue("canary", tenant=None, by=None, who=CHILD)
        work.run(work.claim(at=timezone.now()))  # type: ignore[arg-type]
    except ValueError:
        job_threads._log_error(threading.ExceptHookArgs([*sys.exc_info(), threading.current_thread()]))
    finally:
        del work._functions["canary"]


def in_a_mail() -> None:
    def write(context: dict[str, Any]) -> contents.Letter:
        raise KeyError(f"{context} {CHILD}")

    contents._contents["canary"] = write
    try:
        enqueue("canary", to=MAIL, key="k", context={"name": NAME}, at=timezone.now())
        Worker().postman.deliver_next(at=timezone.now())
    finally:
        del contents._contents["canary"]


def in_a_command() -> None:
    try:
        import_row()
    except ValueError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type] - what Python calls at the end of a command


OUTSIDE = (in_a_thread, in_a_job, in_a_mail, in_a_command)


@pytest.mark.django_db
@pytest.mark.parametrize("how", OUTSIDE, ids=lambda how: how.__name__)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_outside_a_request_too(start: Callable[..., Keep], how: Callable[[], None]) -> None:
    kept = start()
    how()
    assert leaks(kept.bodies) == set()
    events = [item for body in kept.bodies for item in items_of(body)]
    assert any("exception" in event and event["tags"]["request_id"] for event in events)


def test_an_error_in_a_middleware_too(visitor: Client, start: Callable[..., Keep], settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.FailingMiddleware"]
    kept = start()
    answer = visit(visitor, "integrity")
    assert answer.status_code == 500
    assert leaks(kept.bodies) == set()
    is_of_use(kept, "middleware", answer["X-Request-ID"])


def test_an_error_over_an_uploaded_file_too(visitor: Client, start: Callable[..., Keep]) -> None:
    kept = start()
    file = io.BytesIO(CHILD.encode())
    file.name = f"{NAME}.xlsx"
    answer = visitor.post("/upload", {"file": file, **FIELDS})
    assert leaks(kept.bodies) == set()
    assert is_of_use(kept, "upload", answer["X-Request-ID"])["transaction"] == "/upload"


def over_wsgi(client: Client, kind: str) -> None:
    """As a server calls us: it is there that the SDK begins a transaction."""
    asked = client.generic("GET", f"/{kind}/{TOKEN}?name={NAME}&mail={MAIL}", FIELDS["name"].encode())
    for event in (request_started, request_finished):  # the test's transaction lives on this connection
        event.disconnect(close_old_connections)
    try:
        body = WSGIHandler()(asked.wsgi_request.environ, lambda *args: None)  # type: ignore[attr-defined]
        list(body)
        body.close()
    finally:
        for event in (request_started, request_finished):
            event.connect(close_old_connections)


def test_slow_pages_are_told_without_what_was_asked(visitor: Client, start: Callable[..., Keep]) -> None:
    kept = start(traces_sample_rate=1.0)
    for kind in ("after_a_query", "after_a_call", "after_a_program", "integrity", "template"):
        over_wsgi(visitor, kind)
    assert leaks(kept.bodies) == set()
    told = [item for body in kept.bodies for item in items_of(body) if item.get("type") == "transaction"]
    assert [one["transaction"] for one in told] == ["/{kind}/{token}"] * 5
    spans = [span for one in told for span in one["spans"]]
    assert any(span["op"].startswith("db") and span["description"].startswith("SELECT") for span in spans)
    assert any(span["op"] == "http.client" and span["description"].startswith("POST 127.0.0.1") for span in spans)


@pytest.mark.parametrize("kind", ["404", "403", "400"])
def test_what_was_rightly_refused_is_no_error(visitor: Client, start: Callable[..., Keep], kind: str) -> None:
    kept = start(traces_sample_rate=None)
    assert visitor.get(f"/refuse/{kind}").status_code == int(kind)
    assert visitor.get(f"/nowhere/at/all/{NAME}").status_code == 404
    assert kept.bodies == []


def test_without_a_rate_only_errors_are_sent(visitor: Client, start: Callable[..., Keep]) -> None:
    kept = start()
    visit(visitor, "integrity")
    assert [item.get("type") for body in kept.bodies for item in items_of(body)] == [None]


def test_what_is_known_of_an_error_is_told(visitor: Client, start: Callable[..., Keep], settings: Any) -> None:
    settings.RELEASE, settings.APP_ENV = "abc123", "staging"
    kept = start()
    visit(visitor, "integrity")
    event = items_of(kept.bodies[-1])[-1]
    value = event["exception"]["values"][-1]
    assert (event["release"], event["environment"], event["server_name"]) == ("abc123", "staging", "web")
    assert value["type"] == "IntegrityError"
    assert ("sqlstate 23505 tenants_user" if connection.vendor == "postgresql" else "constraint failed") in value[
        "value"
    ]
    kinds = [one["type"] for one in event["exception"]["values"]]
    assert kinds == (
        ["UniqueViolation", "IntegrityError"] if connection.vendor == "postgresql" else ["IntegrityError"] * 2
    )


def test_errors_of_a_group_and_of_a_chain_are_all_told(visitor: Client, start: Callable[..., Keep]) -> None:
    kept = start()
    visit(visitor, "group")
    visit(visitor, "cause")
    groups, causes = (items_of(body)[0]["exception"]["values"] for body in kept.bodies)
    assert [one["type"] for one in groups] == ["KeyError", "ExceptionGroup", "ValueError", "ExceptionGroup"]
    assert [one["type"] for one in causes] == ["KeyError", "LookupError"]


UNGUARDED = {
    "before_send": None, "before_send_transaction": None, "before_breadcrumb": None, "include_local_variables": True,
    "send_default_pii": True, "max_request_body_size": "always", "include_source_context": True,
}  # fmt: skip


def test_without_the_hooks_nearly_every_kind_leaks(visitor: Client, start: Callable[..., Keep]) -> None:
    """What shows that the tests above can fail."""
    leaking = set()
    for kind in IN_A_VIEW:
        kept = start(**UNGUARDED)
        visit(visitor, kind)
        if leaks(kept.bodies):
            leaking.add(kind)
    assert len(leaking) >= 25


def test_without_the_hooks_alone_texts_queries_and_logs_leak(visitor: Client, start: Callable[..., Keep]) -> None:
    """The SDK's own switches (no locals, no personal data, no bodies) are not enough: defects no. 28."""
    for kind in (
        "integrity_with_detail",
        "validation",
        "mail_refused",
        "missing_key",
        "after_a_query",
        "logged",
        "cause",
    ):
        kept = start(before_send=None, before_breadcrumb=None)
        visit(visitor, kind)
        assert leaks(kept.bodies), kind


def test_over_a_real_connection_it_is_the_same(visitor: Client, start: Callable[..., Keep]) -> None:
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
