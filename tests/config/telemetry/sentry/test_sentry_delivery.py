"""send_test_event, and what happens when Sentry refuses, stalls or is not there (seed 002 「動作確認」, requirement M2)."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import StringIO

import pytest
import sentry_sdk
from django.core.management import call_command
from django.core.management.base import CommandError

from config.env import ROOT
from config.telemetry import sentry
from tests.sentry_sink import SentrySink


@pytest.fixture(autouse=True)
def off_again() -> Iterator[None]:
    yield
    sentry_sdk.get_global_scope().set_client(None)


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)


def test_the_test_event_arrives_and_its_id_is_printed() -> None:
    with SentrySink() as sink:
        done = manage("send_test_event", SENTRY_DSN=sink.dsn, SENTRY_RELEASE="abc123")
    (event,) = sink.events
    assert (done.returncode, done.stderr) == (0, "")
    assert f"event {event['event_id']}: delivered" in done.stdout
    assert event["message"] == "Test message from NIT-SYS"
    assert (event["environment"], event["release"], event["tags"]["role"]) == ("dev", "abc123", "send_test_event")


def test_without_an_address_it_fails_in_one_line() -> None:
    done = manage("send_test_event", SENTRY_DSN="")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: SENTRY_DSN is not set")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("status", [403, 429, 500])
def test_when_sentry_refuses_it_it_was_not_sent(status: int) -> None:
    with SentrySink(status=status) as sink:
        sentry.start(role="test", dsn=sink.dsn)
        with pytest.raises(CommandError, match=f"did not take the event .status_{status}"):
            call_command("send_test_event", stdout=StringIO())


def test_when_sentry_says_nothing_it_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry, "DELIVERY_SECONDS", 0.5)
    stall = threading.Event()
    with SentrySink(stall=stall) as sink:
        sentry.start(role="test", dsn=sink.dsn)
        with pytest.raises(CommandError, match="no answer within"):
            call_command("send_test_event", stdout=StringIO())
        stall.set()


def test_when_nobody_is_there_it_says_so() -> None:
    sentry.start(role="test", dsn="http://key@127.0.0.1:9/1")
    with pytest.raises(CommandError, match="did not take the event"):
        call_command("send_test_event", stdout=StringIO())


def test_as_the_runbook_has_it_from_the_shell() -> None:
    """seed 002: `sentry_sdk.capture_message("Test message from NIT-SYS")`."""
    with SentrySink() as sink:
        sentry.start(role="shell", dsn=sink.dsn)
        sentry_sdk.capture_message("Test message from NIT-SYS")
        assert sentry.deliver() == ""
    assert [event["message"] for event in sink.events] == ["Test message from NIT-SYS"]


def test_a_process_that_ends_waits_for_a_silent_sentry_only_shortly() -> None:
    """SECONDS_AT_THE_END; the bound is the time-out of `manage`, for no timing is asserted here."""
    stall = threading.Event()
    with SentrySink(stall=stall) as sink:
        code = 'import sentry_sdk; [sentry_sdk.capture_message("[Nit-Sys] x") for _ in range(50)]'
        assert manage("shell", "-v0", "-c", code, SENTRY_DSN=sink.dsn).returncode == 0
        stall.set()


def test_our_messages_carry_their_facts_and_off_means_off() -> None:
    assert sentry.tell("[Nit-Sys] 警報 x") == ""
    assert not sentry.is_on()
    with SentrySink() as sink:
        sentry.start(role="worker", dsn=sink.dsn)
        number = sentry.tell("[Nit-Sys] 障害発生", level="fatal", incident=7, nothing=None)
        assert sentry.deliver() == ""
    (event,) = sink.events
    assert (event["event_id"], event["message"], event["level"]) == (number, "[Nit-Sys] 障害発生", "fatal")
    assert {"role": "worker", "incident": "7"}.items() <= event["tags"].items()


def test_the_switches_of_the_sdk_are_off_too() -> None:
    sentry.start(role="web", dsn="http://key@127.0.0.1:9/1")
    client = sentry_sdk.get_client()
    assert client.should_send_default_pii() is False
    assert client.options["include_local_variables"] is False
    assert client.options["max_request_body_size"] == "never"
    assert client.options["traces_sample_rate"] is None
    assert client.options["shutdown_timeout"] == 2
    assert client.options["trace_propagation_targets"] == []
