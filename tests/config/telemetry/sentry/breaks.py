"""Ways to break, each with what is known of one child at hand: in the body, the headers, the path, the query, local
variables, the error's text, the log's arguments and the row in the database.
"""

import csv
import io
import json
import logging
import smtplib
import subprocess
import urllib.request
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sentry_sdk
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.dispatch import Signal
from django.template import Context, Template

from tenants.models import User
from tests.config.child import BORN, CHILD, JAAF, KANA, MAIL, NAME, PASSWORD, PHONE, ROMAJI, TOKEN
from tests.sentry_sink import SentrySink

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
    dict[str, str]()[NAME + ROMAJI]


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


def caught(way: Callable[[], None], error: type[Exception]) -> Callable[[], None]:
    """The same error, but caught and logged with everything at hand."""

    def run() -> None:
        try:
            way()
        except error:
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


WAYS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        integrity, integrity_with_detail, data_error, refused_by_the_database, validation, mail_refused,
        mail_data_refused, undecodable, unencodable, missing_key, wrong_value, several_arguments, template, not_json,
        import_row, upload, away, lock_timeout, cause, context, group, noted, own_words, receiver, tagged, after_a_query,
        after_a_call, after_a_program, after_logs, logged, logged_ready_made, logged_by_others, said, said_by_hand,
    )
} | {
    "caught_integrity_with_detail": caught(integrity_with_detail, IntegrityError),
    "caught_undecodable": caught(undecodable, UnicodeDecodeError),
    "caught_group": caught(group, ExceptionGroup),
}  # fmt: skip
LOGGED = {"logged", "logged_ready_made", "logged_by_others"}
SAID = {"said", "said_by_hand"}
