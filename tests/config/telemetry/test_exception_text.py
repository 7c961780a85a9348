"""What of an error's text may be told, in the log as to Sentry (requirements O1, P1)."""

import json
import sys
from collections.abc import Callable

import pytest

from config.telemetry import logs
from config.telemetry.exception_text import as_lines, chain
from config.telemetry.masking import WITHHELD
from config.telemetry.raise_sites import said_at
from tests.config.child import NAME, SCHOOL
from tests.config.telemetry.log_lines import leaks, written


def raised(error: type[Exception], what: Callable[[], object]) -> Exception:
    with pytest.raises(error) as caught:
        what()
    return caught.value


def missing_key() -> object:
    return dict[str, str]()[NAME]


@pytest.mark.parametrize(
    ("what", "error", "told"),
    [
        (lambda: None.x, AttributeError, "'NoneType' object has no attribute 'x'"),  # type: ignore[attr-defined]
        (lambda: [][0], IndexError, "list index out of range"),
        (missing_key, KeyError, WITHHELD),
        (lambda: int(NAME), ValueError, WITHHELD),
        (
            lambda: json.loads("{x"),
            json.JSONDecodeError,
            "Expecting property name enclosed in double quotes: line 1 column 2",
        ),
        (lambda: b"\xff".decode(), UnicodeDecodeError, "utf-8 invalid_start_byte 0 1"),
        (lambda: open(f"/nowhere/{NAME}"), FileNotFoundError, "errno 2"),  # noqa: SIM115
        (lambda: 1 / 0, ZeroDivisionError, "division by zero"),
    ],
)
def test_what_an_error_may_say(what: Callable[[], object], error: type[Exception], told: str) -> None:
    assert chain(raised(error, what))[0].text.replace("_", " ") == told.replace("_", " ")


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

    assert [chain(raised(LookupError, one))[0].text for one in (several, percent, only_data)] == [
        "no athlete … in team …", "no … in … rows", WITHHELD,
    ]  # fmt: skip
    assert said_at("/nowhere.py", 1) == ""


def test_a_chain_is_told_in_the_order_in_which_it_happened() -> None:
    def outer() -> None:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise RuntimeError("import failed") from error

    told = as_lines(raised(RuntimeError, outer)).splitlines()
    assert [line for line in told if not line.startswith(" ")] == [
        f"builtins.KeyError: {WITHHELD}", "builtins.RuntimeError: import failed",
    ]  # fmt: skip


def test_an_error_that_leads_to_itself_ends() -> None:
    one, other = ValueError("a"), ValueError("b")
    one.__cause__, other.__cause__ = other, one
    assert len(chain(one)) == 2


def test_what_ends_a_command_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.log_crashes()
    error = raised(KeyError, missing_key)
    with written() as lines:
        sys.excepthook(type(error), error, error.__traceback__)
    (line,) = lines.of("config.telemetry.logs")
    assert (line["level"], line["message"]) == ("CRITICAL", "ended by an error")
    assert leaks([line]) == set()
