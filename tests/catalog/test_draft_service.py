"""Requirement M3: the service down, slow or writing garbage. Over real HTTP, against the stand-in."""

import gzip
import logging
import sys
from time import monotonic

import pytest
from pytest_django import Settings

from catalog.drafting import service as asking
from catalog.drafting.prompt import Prompt
from tests.anthropic_stand_in import (
    DRIP_BODY,
    DRIP_HEAD,
    TEXT,
    Mode,
    StandIn,
    closed_port,
    error,
    hang_up,
    message,
    raw,
    stall,
    text,
)
from tests.catalog.draft_cast import KEY, service

__all__ = ["service"]
PROMPT = Prompt("SYSTEMCANARY", "MESSAGECANARY")


def failure(service: StandIn, mode: Mode) -> str:
    service.mode = mode
    with pytest.raises(asking.Failed) as failed:
        asking.ask(PROMPT)
    return failed.value.code


def test_it_sends_what_it_is_told_once_and_returns_the_text(service: StandIn, settings: Settings) -> None:
    settings.CATALOG_DRAFT_MODEL = "model-x"
    assert asking.ask(PROMPT) == TEXT
    [asked] = service.asked
    assert asked.path == "/v1/messages"
    assert asked.body == {
        "model": "model-x",
        "max_tokens": asking.MOST_TOKENS,
        "system": "SYSTEMCANARY",
        "messages": [{"role": "user", "content": "MESSAGECANARY"}],
    }
    assert any(KEY in value for value in asked.headers.values())


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (error(401, "authentication_error"), "draft_key"),
        (error(403, "permission_error"), "draft_key"),
        (error(404, "not_found_error"), "draft_model"),
        (error(400, "invalid_request_error"), "draft_request"),
        (error(429, "rate_limit_error"), "draft_busy"),
        (error(500, "api_error"), "draft_broken"),
        (error(529, "overloaded_error"), "draft_overloaded"),
        (error(503, "overloaded_error"), "draft_overloaded"),
        (raw(b"", 302, Location="http://127.0.0.1:1/"), "draft_request"),
        (raw(b"{}", 204), "draft_garbage"),
        (raw(b"\xff\xfe garbage"), "draft_garbage"),
        (raw(b"<html>no</html>", Content_Type="text/html"), "draft_garbage"),
        (raw(b"[" * 100_000), "draft_garbage"),
        (raw(b"1" * 100_000), "draft_garbage"),
        (raw(b"null"), "draft_garbage"),
        (raw(b'{"content": "text"}'), "draft_garbage"),
        (raw(b'{"content": [1, {"type": "text", "text": 5}]}'), "draft_empty"),
        (raw(gzip.compress(message(TEXT)), Content_Encoding="gzip"), "draft_garbage"),
        (raw(b"x" * 1_000_000), "draft_large"),
        (text("あ" * 5_000), "draft_large"),
        (text(" \n "), "draft_empty"),
        (text("いいえ", "refusal"), "draft_declined"),
        (text("途中", "max_tokens"), "draft_cut"),
        (hang_up, "draft_garbage"),
    ],
)
def test_each_fault_has_its_code_and_is_tried_once(service: StandIn, mode: Mode, code: str) -> None:
    assert failure(service, mode) == code
    assert len(service.asked) == 1


@pytest.mark.parametrize("mode", [stall, DRIP_BODY, DRIP_HEAD], ids=["silent", "drips its body", "drips its head"])
def test_a_slow_service_is_left_at_the_deadline(service: StandIn, monkeypatch: pytest.MonkeyPatch, mode: Mode) -> None:
    """The stand-in would go on for a minute: that the call returns at all is the proof."""
    asking.ask(PROMPT)  # the library is loaded
    monkeypatch.setattr(asking, "SECONDS", 0.5)
    began = monotonic()
    assert failure(service, mode) == "draft_timeout"
    assert monotonic() - began < 30


def test_the_deadline_is_15_seconds() -> None:
    assert asking.SECONDS == 15


def test_nobody_listening_is_unreachable(service: StandIn, settings: Settings) -> None:
    settings.ANTHROPIC_BASE_URL = closed_port()
    assert failure(service, text(TEXT)) == "draft_unreachable"
    settings.ANTHROPIC_BASE_URL = "http://nowhere.invalid"
    assert failure(service, text(TEXT)) == "draft_unreachable"


def test_letters_that_no_database_takes_are_replaced(service: StandIn) -> None:
    service.mode = raw(message(TEXT).replace(b"ASICS", b"\\ud800\\u0000X"))
    assert asking.ask(PROMPT).startswith("\ufffd")
    assert "\x00" not in asking.ask(PROMPT)


def test_without_a_key_nothing_is_sent(service: StandIn, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = ""
    assert asking.why_not() == "draft_no_key"
    assert failure(service, text(TEXT)) == "draft_no_key"
    assert service.asked == []


def test_without_the_library_the_site_says_so(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    assert asking.why_not() == "draft_not_installed"
    assert failure(service, text(TEXT)) == "draft_not_installed"


def test_neither_key_nor_prompt_nor_answer_is_logged(service: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asking.ask(PROMPT)
    failure(service, error(500, "api_error"))
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert not any(secret in logged for secret in (KEY, "CANARY", "SERVICE-SECRET", TEXT))


def test_the_library_is_loaded_only_when_a_text_is_asked_for() -> None:
    """It costs 50 MB: no web process should carry it."""
    import subprocess

    code = (
        "import os, django, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup(); "
        "import config.urls, catalog.drafting.jobs; sys.exit('anthropic' in sys.modules or 'httpx2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
