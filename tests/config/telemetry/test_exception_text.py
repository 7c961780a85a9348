"""What of an error's text may be told, in the log as to Sentry (requirements O1, P1)."""

import json
import sys
from collections.abc import Callable

import pytest

from config.telemetry import logs
from config.telemetry.exception_text import as_lines, chain
from tests.config.child import NAME
from tests.config.telemetry.log_lines import leaks, written


def raised(error: type[Exception], what: Callable[[], object]) -> Exception:
    with pytest.raises(error) as caught:
        what()
    return caught.value


def missing_key() -> object:
    return dict[str, str]()[NAME]


@pytest.mark.parametrize(
    "what",
    [
        missing_key,
        lambda: int(NAME),
        lambda: json.loads("{" + NAME),
        lambda: b"\xff".decode(),
        lambda: open(f"/nowhere/{NAME}"),  # noqa: SIM115
    ],
)
def test_of_an_error_kind_and_place_are_told_and_never_its_text(what: Callable[[], object]) -> None:
    error = raised(Exception, what)
    *steps, last = as_lines(error).splitlines()
    assert last == f"{type(error).__module__}.{type(error).__qualname__}"
    assert steps[0].startswith("  File tests/config/telemetry/test_exception_text.py:")
    assert steps[0].endswith(" in raised")
    assert str(error) not in as_lines(error)


def test_a_chain_is_told_in_the_order_in_which_it_happened() -> None:
    def outer() -> None:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise RuntimeError("import failed") from error

    told = as_lines(raised(RuntimeError, outer)).splitlines()
    assert [line for line in told if not line.startswith(" ")] == [
        "builtins.KeyError",
        "builtins.RuntimeError",
    ]


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
