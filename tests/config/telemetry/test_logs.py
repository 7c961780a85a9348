"""One record, one line, nothing personal, the id of the request (requirements O3, P1)."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.telemetry import server_log
from config.telemetry.logs import JsonFormatter, least_level
from config.telemetry.masking import WITHHELD, mask
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.config.child import (
    BANK,
    BORN,
    CANARIES,
    JAAF,
    KANA,
    MAIL,
    NAME,
    PASSWORD,
    PHONE,
    ROMAJI,
    SCHOOL,
    STREET,
    TOKEN,
)
from tests.config.telemetry.log_lines import Lines, leaks, written
from tests.entries.entry.sheets import address, row, send
from tests.site import ROOT

pytestmark = pytest.mark.django_db
log = logging.getLogger("entries.canary")


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written() as found:
        yield found


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"no such athlete: {NAME} {ROMAJI} {request.body!r}")


class Urls:
    from config.urls import handler400, handler403, handler404, handler500

    urlpatterns = [path("broken", broken)]


def test_the_page_and_the_log_name_the_same_request(lines: Lines, settings: Any) -> None:
    settings.ROOT_URLCONF = Urls
    client = Client(raise_request_exception=False)
    answer = client.post("/broken", {"name": NAME, "mail": MAIL, "password": PASSWORD})
    number = answer["X-Request-ID"]
    assert f"<code>{number}</code>" in answer.content.decode()
    (failed,) = lines.of("django.request")
    (access,) = lines.of("nitsys.access")
    assert failed["request"] == access["request"] == number
    assert failed["exception"].splitlines()[-1] == "builtins.ValueError"
    assert "tests/config/telemetry/test_logs.py:" in failed["exception"]
    assert leaks(lines()) == set()


def test_each_request_is_one_line_by_route_and_without_its_query(lines: Lines, client: Client) -> None:
    client.get("/meets/", {"token": TOKEN, "name": NAME}, headers={"user-agent": ROMAJI, "referer": f"/?t={TOKEN}"})
    (line,) = lines.of("nitsys.access")
    assert {name: line[name] for name in ("level", "message", "method", "route", "status")} == {
        "level": "INFO",
        "message": "request",
        "method": "GET",
        "route": "/meets/",
        "status": 200,
    }
    assert line["ms"] > 0
    assert line["bytes"] > 100
    assert set(line) == {"at", "level", "logger", "request", "message", "method", "route", "status", "ms", "bytes"}


FORGED = ["\n", "\r\n", "\x1b[31m", "\x1b]0;x\x07", "\x85", "\x00", "%0a", "%0d%0a"]


@pytest.mark.parametrize("char", FORGED)
def test_nothing_from_outside_makes_a_line_of_its_own(lines: Lines, client: Client, char: str) -> None:
    """Requirement O3: newline in path, name, UA."""
    forged = f'x{char}{{"level": "INFO", "message": "forged"}}'
    client.generic("GET", "/nowhere/x", QUERY_STRING=forged, HTTP_USER_AGENT=forged, PATH_INFO=f"/nowhere/{forged}")
    client.post("/auth/login", {"email": forged, "password": forged, "next": forged})
    log.warning("odd row: %s", forged)
    log.warning("odd row: " + forged)
    said = [line["message"] for line in lines()]
    assert (len(lines.of("entries.canary")), len(lines.of("nitsys.access"))) == (2, 2)
    assert "forged" not in said
    assert [text for text in said if any(ord(letter) < 32 for letter in text)] == []


def test_a_walk_through_the_site_leaves_nothing_personal_in_the_log(
    lines: Lines, client: Client, meet: Meet, race: Race, kita: Team, baba: User, aoki: User
) -> None:
    """Registering, a roster, an entry, a file, an export, errors on the way: requirement P1."""
    client.get("/auth/register", {"email": MAIL, "name": NAME})
    person = {"name": NAME, "kana": KANA, "email": MAIL, "phone": PHONE, "password": PASSWORD, "school": SCHOOL}
    client.post("/auth/register", {**person, "kind": "athlete", "birth_date": BORN, "family_name": NAME})
    client.post("/auth/login", {"email": MAIL, "password": PASSWORD})
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
    assert len(lines.of("nitsys.access")) >= 15
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
    (line,) = lines()
    assert line["message"] == told


@pytest.mark.parametrize("text", [f"a {canary} b" for canary in (NAME, KANA, MAIL, PHONE, SCHOOL, STREET, BANK, JAAF)])
def test_masking_takes_out_what_can_be_recognised(text: str) -> None:
    assert not any(canary in mask(text) for canary in CANARIES)


def test_gunicorn_writes_lines_like_ours() -> None:
    from gunicorn.config import Config

    made = server_log.GunicornLogger(Config())
    assert all(isinstance(handler.formatter, JsonFormatter) for handler in made.error_log.handlers)
    assert made.error_log.handlers


def test_every_logger_of_the_site_writes_in_this_form() -> None:
    logging_of_the_site: Any = site.LOGGING
    assert logging_of_the_site["root"]["handlers"] == ["stderr"]
    assert logging_of_the_site["handlers"]["stderr"]["formatter"] == "json"
    assert logging_of_the_site["formatters"]["json"]["tells_all"] is False


@pytest.mark.parametrize(
    ("arguments", "level"),
    [
        (["manage.py", "backup"], "WARNING"),
        (["/app/manage.py", "retention", "--apply"], "WARNING"),
        (["manage.py", "run_worker"], "INFO"),
        (["manage.py", "serve"], "INFO"),
        (["manage.py"], "INFO"),
        (["/venv/bin/gunicorn", "-c", "config/gunicorn.py"], "INFO"),
    ],
)
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
