"""One record, one line, nothing personal, the id of the request; and the security log (reliability O3, O5, P1)."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from config import logs, serverlog
from config.faults import as_lines, chain
from config.logs import JsonFormatter, RequestIdFilter, least_level
from config.masking import WITHHELD, mask
from config.sources import said_at
from entries.entry.upkeep import note_export
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants import actions as people
from tenants.models import Role, Tenant, User
from tenants.signin import links
from tenants.signin.models import Purpose
from tests.conftest import PASSWORD
from tests.entries.entry.sheets import address, row, send
from tests.site import ROOT

pytestmark = pytest.mark.django_db
NAME, KANA, ROMAJI, BORN = "佐藤花子", "サトウハナコ", "Hanakocanary", "2009-04-17"
MAIL, PHONE, SCHOOL, STREET = "hanako.canary@example.jp", "09012345678", "霧ヶ峰第三中学校", "諏訪市湖岸通り"
BANK, JAAF, TOKEN, SECRET = "7654321889", "00123456789", "tokencanary5f3a", "Pass-Canary-77"
CANARIES = (NAME, KANA, ROMAJI, BORN, MAIL, PHONE, SCHOOL, STREET, BANK, JAAF, TOKEN, SECRET)
log = logging.getLogger("entries.canary")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the process wrote, as a deployment writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestIdFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)


Lines = Callable[[], list[dict[str, Any]]]


def of(lines: Lines, logger: str) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == logger]


def leaks(found: list[dict[str, Any]]) -> set[str]:
    text = json.dumps(found, ensure_ascii=False)
    return {canary for canary in CANARIES if canary in text}


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"no such athlete: {NAME} {ROMAJI} {request.body!r}")


class Urls:
    from config.urls import handler400, handler403, handler404, handler500

    urlpatterns = [path("broken", broken)]


def test_the_page_and_the_log_name_the_same_request(lines: Lines, settings: Any) -> None:
    settings.ROOT_URLCONF = Urls
    client = Client(raise_request_exception=False)
    answer = client.post("/broken", {"name": NAME, "mail": MAIL, "password": SECRET})
    number = answer["X-Request-ID"]
    assert f"<code>{number}</code>" in answer.content.decode()
    (failed,) = of(lines, "django.request")
    (access,) = of(lines, "nitsys.access")
    assert failed["request"] == access["request"] == number
    assert failed["exception"].splitlines()[-1] == "builtins.ValueError: no such athlete: … … …"
    assert "tests/config/test_logs.py:" in failed["exception"]
    assert leaks(lines()) == set()


def test_each_request_is_one_line_by_route_and_without_its_query(lines: Lines, client: Client) -> None:
    client.get("/meets/", {"token": TOKEN, "name": NAME}, headers={"user-agent": ROMAJI, "referer": f"/?t={TOKEN}"})
    (line,) = of(lines, "nitsys.access")
    assert {name: line[name] for name in ("level", "message", "method", "route", "status")} == {
        "level": "INFO", "message": "request", "method": "GET", "route": "/meets/", "status": 200,
    }  # fmt: skip
    assert line["ms"] > 0
    assert line["bytes"] > 100
    assert set(line) == {"at", "level", "logger", "request", "message", "method", "route", "status", "ms", "bytes"}


FORGED = ["\n", "\r\n", "\x1b[31m", "\x1b]0;x\x07", "\x85", "\x00", "%0a", "%0d%0a"]


@pytest.mark.parametrize("char", FORGED)
def test_nothing_from_outside_makes_a_line_of_its_own(lines: Lines, client: Client, char: str) -> None:
    """reliability O3: newline in path, name, UA."""
    forged = f'x{char}{{"level": "INFO", "message": "forged"}}'
    before = len(lines())
    client.generic("GET", "/nowhere/x", QUERY_STRING=forged, HTTP_USER_AGENT=forged, PATH_INFO=f"/nowhere/{forged}")
    client.post("/auth/login", {"email": forged, "password": forged, "next": forged})
    log.warning("odd row: %s", forged)
    log.warning("odd row: " + forged)
    for line in lines()[before:]:
        text = json.dumps(line)
        assert not any(ord(letter) < 32 or ord(letter) > 126 for letter in text)
        assert line["message"] != "forged"
        assert not any(ord(letter) < 32 for letter in line["message"])


def test_a_walk_through_the_site_leaves_nothing_personal_in_the_log(
    lines: Lines, client: Client, meet: Meet, race: Race, kita: Team, baba: User, aoki: User
) -> None:
    """Registering, a roster, an entry, a file, an export, errors on the way: reliability P1."""
    client.get("/auth/register", {"email": MAIL, "name": NAME})
    person = {"name": NAME, "kana": KANA, "email": MAIL, "phone": PHONE, "password": SECRET, "school": SCHOOL}
    client.post("/auth/register", {**person, "kind": "athlete", "birth_date": BORN, "family_name": NAME})
    client.post("/auth/login", {"email": MAIL, "password": SECRET})
    client.post("/auth/password/reset", {"email": MAIL})
    client.get("/auth/password/reset/confirm", {"token": TOKEN})
    client.force_login(baba)
    runner = Athlete.objects.create(
        team=kita, family_name=NAME, given_name=STREET, family_kana=KANA, given_kana=KANA, family_romaji=ROMAJI,
        sex="M", birth_date="2004-04-17",
    )  # fmt: skip
    client.post(f"/teams/{kita.pk}/athletes/new", {"family_name": NAME, "birth_date": "x", "jaaf_id": JAAF})
    client.post(
        f"/teams/{kita.pk}/athletes/import", {"file": SimpleUploadedFile(f"{NAME}.csv", f"{NAME},{BANK}".encode())}
    )
    client.get(f"/teams/{kita.pk}/athletes/", {"q": NAME})
    send(client, meet, kita, [row(runner, race)])
    send(client, meet, kita, [row(runner, race, ROMAJI)], key="other")
    client.get(address(meet, f"/{NAME}"))
    client.post(address(meet, "/upload"), {"file": SimpleUploadedFile(f"{ROMAJI}.xlsx", NAME.encode())})
    client.get("/orders/ABCDEFGH/", headers={"authorization": TOKEN, "cookie": f"x={TOKEN}"})
    client.force_login(aoki)
    client.get("/admin/entries/entry/", {"q": NAME})
    client.get(f"/admin/entries/athlete/{NAME}/change/")
    assert len(of(lines, "nitsys.access")) >= 15
    assert leaks(lines()) == set()


def test_without_the_masking_they_would_be_there(lines: Lines) -> None:
    """What shows that the test above can fail."""
    plain = JsonFormatter(tells_all=True)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "row %s", (" ".join(CANARIES),), None)
    assert leaks([json.loads(plain.format(record))]) == set(CANARIES)
    assert leaks([json.loads(JsonFormatter().format(record))]) == set()


@pytest.mark.parametrize(
    ("say", "told"),
    [
        (lambda: log.warning("job %d (%s) failed", 17, "roster.import"), "job 17 (roster.import) failed"),
        (
            lambda: log.warning("mail waits %d s: %s", 60, f"550 <{MAIL}> unknown"),
            "mail waits 60 s: 550 <[mail]> unknown",
        ),
        (lambda: log.warning("row %s", NAME), "row [text]"),
        (
            lambda: log.warning("row %r", {"name": ROMAJI, "phone": "090-1234-5678"}),
            "row '{[value]: [value], [value]: [value]}'",
        ),
        (lambda: log.warning("call %s", "090 1234 5678"), "call [number]"),
        (lambda: log.warning("broke: %s", ValueError(NAME)), "broke: ValueError"),
        (lambda: log.warning("from %s", "203.0.113.77"), "from [ip]"),
        (lambda: log.warning("to %s", f"https://x.example/a?token={TOKEN}"), "to https://x.example/a?[query]"),
        (lambda: logging.getLogger("somebody").warning("refused %s", ROMAJI), f"refused {WITHHELD}"),
        (lambda: logging.getLogger("somebody").warning(f"refused {ROMAJI}"), WITHHELD),
        (lambda: log.warning("too few %s %s", ROMAJI), "too few %s %s"),
    ],
)
def test_what_a_record_may_say(lines: Lines, say: Callable[[], None], told: str) -> None:
    raised, logging.raiseExceptions = logging.raiseExceptions, False  # pytest's own handler formats the wrong one too
    try:
        say()
    except TypeError:
        raise AssertionError("our formatter raised") from None
    finally:
        logging.raiseExceptions = raised
    assert of(lines, "entries.canary" if not of(lines, "somebody") else "somebody")[0]["message"] == told


def failing(what: Callable[[], object]) -> BaseException:
    try:
        what()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda: None.x, "'NoneType' object has no attribute 'x'"),  # type: ignore[attr-defined]
        (lambda: [][0], "list index out of range"),
        (lambda: {}[NAME], WITHHELD),
        (lambda: int(NAME), WITHHELD),
        (lambda: json.loads("{x"), "Expecting property name enclosed in double quotes: line 1 column 2"),
        (lambda: b"\xff".decode(), "utf-8 invalid_start_byte 0 1"),
        (lambda: open(f"/nowhere/{NAME}"), "errno 2"),  # noqa: SIM115
        (lambda: 1 / 0, "division by zero"),
    ],
)
def test_what_an_error_may_say(what: Callable[[], object], told: str) -> None:
    assert chain(failing(what))[0].text.replace("_", " ") == told.replace("_", " ")


def test_of_an_errors_text_the_part_that_stands_in_the_code_is_told() -> None:
    def several() -> None:
        raise LookupError(
            f"no athlete {NAME} "
            f"in team {SCHOOL}"
        )  # fmt: skip

    def percent() -> None:
        raise LookupError("no %s in %d rows" % (NAME, 3))  # noqa: UP031

    def only_data() -> None:
        raise LookupError(NAME)

    assert [chain(failing(one))[0].text for one in (several, percent, only_data)] == [
        "no athlete … in team …", "no … in … rows", WITHHELD,
    ]  # fmt: skip
    assert said_at("/nowhere.py", 1) == ""


def test_a_chain_is_told_in_the_order_in_which_it_happened() -> None:
    def outer() -> None:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise RuntimeError("import failed") from error

    told = as_lines(failing(outer)).splitlines()
    assert [line for line in told if not line.startswith(" ")] == [
        f"builtins.KeyError: {WITHHELD}", "builtins.RuntimeError: import failed",
    ]  # fmt: skip


def test_an_error_that_leads_to_itself_ends() -> None:
    one, other = ValueError("a"), ValueError("b")
    one.__cause__, other.__cause__ = other, one
    assert len(chain(one)) == 2


@pytest.mark.parametrize("text", [f"a {canary} b" for canary in (NAME, KANA, MAIL, PHONE, SCHOOL, STREET, BANK, JAAF)])
def test_masking_takes_out_what_can_be_recognised(text: str) -> None:
    assert not any(canary in mask(text) for canary in CANARIES)


def test_gunicorn_writes_lines_like_ours() -> None:
    from gunicorn.config import Config

    made = serverlog.GunicornLogger(Config())
    assert all(isinstance(handler.formatter, JsonFormatter) for handler in made.error_log.handlers)
    assert made.error_log.handlers


def test_what_ends_a_command_is_one_line_too(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.log_crashes()
    error = failing(lambda: {}[NAME])
    sys.excepthook(type(error), error, error.__traceback__)
    (line,) = of(lines, "config.logs")
    assert (line["level"], line["message"]) == ("CRITICAL", "ended by an error")
    assert leaks([line]) == set()


def events(lines: Lines) -> dict[str, dict[str, Any]]:
    return {line["event"]: line for line in of(lines, "nitsys.security")}


def test_fourteen_kinds_of_events_are_in_the_security_log(
    lines: Lines, client: Client, baba: User, aoki: User, endo: User, admin: User, nittai: Tenant, kita: Team, meet: Meet,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    """reliability O5: each with who (a number), never an address or a secret."""
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/auth/login", {"email": baba.email, "password": SECRET})
        client.post("/auth/login", {"email": baba.email, "password": PASSWORD})
        client.get("/admin/")
        client.get("/orders/NOBODY22/")
        client.post(
            "/auth/password/change", {"current": PASSWORD, "password": "New-Horse-4711-x", "again": "New-Horse-4711-x"}
        )
        client.post("/auth/logout")
        client.post("/auth/password/reset", {"email": baba.email})
        issued = links.issue(Purpose.RESET, email=baba.email, at=now, lifetime=timedelta(hours=1))
        links.redeem(Purpose.RESET, issued.token, at=now)
        with pytest.raises(Exception, match="link_invalid"):
            links.redeem(Purpose.RESET, issued.token, at=now)
        for _ in range(12):
            client.post("/auth/login", {"email": endo.email, "password": SECRET})
        endo.role = Role.ORGANIZER
        people.change_row(endo, fields=["role"], before={"role": "staff"}, by=admin)
        people.set_active(endo, active=False, by=admin)
        people.set_active(endo, active=True, by=admin)
        people.give_new_password(endo, by=admin)
        nittai.name = "日体大"
        people.change_row(nittai, fields=["name"], before={"name": "x"}, by=aoki)
        note_export(meet, rows=3, by=aoki)
    found = events(lines)
    assert set(found) >= {
        "sign_in_refused", "signed_in", "denied", "not_found", "signed_out", "link_asked", "link_refused", "throttled",
        "user.changed", "account.deactivated", "account.activated", "account.password_given", "tenant.changed",
        "meet.entries_exported",
    }  # fmt: skip
    assert found["signed_in"]["user"] == baba.pk
    assert found["denied"] == {**found["denied"], "user": baba.pk, "route": "/admin/"}
    assert found["user.changed"] == {
        **found["user.changed"],
        "user": admin.pk,
        "target_id": str(endo.pk),
        "fields": ["role"],
    }
    assert found["meet.entries_exported"]["tenant"] == nittai.pk
    text = json.dumps(of(lines, "nitsys.security"), ensure_ascii=False)
    for secret in (baba.email, endo.email, SECRET, PASSWORD, issued.token, "日体大"):
        assert secret not in text


def test_what_was_rolled_back_is_in_no_security_log(lines: Lines, endo: User, admin: User) -> None:
    people.set_active(endo, active=False, by=admin)
    assert "account.deactivated" not in events(lines)


def test_every_logger_of_the_site_writes_in_this_form() -> None:
    assert site.LOGGING["root"]["handlers"] == ["stderr"]
    assert site.LOGGING["handlers"]["stderr"]["formatter"] == "json"
    assert site.LOGGING["formatters"]["json"]["tells_all"] is False


@pytest.mark.parametrize(
    ("arguments", "level"),
    [
        (["manage.py", "backup"], "WARNING"), (["/app/manage.py", "retention", "--apply"], "WARNING"),
        (["manage.py", "run_worker"], "INFO"), (["manage.py", "serve"], "INFO"), (["manage.py"], "INFO"),
        (["/venv/bin/gunicorn", "-c", "config/gunicorn.py"], "INFO"),
    ],
)  # fmt: skip
def test_only_services_write_records_of_the_everyday(arguments: list[str], level: str) -> None:
    assert least_level(arguments) == level


def test_a_command_of_ops_says_its_own_lines_and_no_more(tmp_path: Path) -> None:
    """Two tenants' worth of changes in the trail, and not one record between the lines on the terminal."""
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}
    for command in ("migrate", "seed_staging_min"):
        done = subprocess.run(
            [sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
