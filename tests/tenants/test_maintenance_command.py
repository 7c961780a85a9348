"""`manage.py maintenance`: closing the site and opening it again (contract 6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from tenants.models import AuditRecord, Switch

pytestmark = pytest.mark.django_db


def test_the_command_switches_on_and_off_and_says_what_it_touches(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("maintenance", "status")
    assert "maintenance: off" in capsys.readouterr().out
    until = (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    for _twice in range(2):
        call_command("maintenance", "on", message="入れ替え 中", until=until)
        said = capsys.readouterr().out
        assert str(connection.settings_dict["NAME"]) in said.splitlines()[0]
        assert "maintenance: ON since" in said
        assert "入れ替え 中" in said
    assert Client().get("/").status_code == 503
    for _twice in range(2):
        call_command("maintenance", "off")
        assert "maintenance: off" in capsys.readouterr().out
    assert Client().get("/").status_code == 200
    trail = [(one.verb, one.actor) for one in AuditRecord.objects.order_by("pk")]
    assert trail == [("switch.stopped", None), ("switch.resumed", None)]


@pytest.mark.parametrize("until", ["tomorrow", "2026-99-99T99:99", "2020-01-01T00:00", "9" * 400])
def test_a_time_that_is_none_or_past_is_refused_in_one_line(until: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("maintenance", "on", until=until)
    assert "\n" not in str(refused.value)
    assert Switch.objects.count() == 0


def test_a_message_that_is_too_long_changes_nothing() -> None:
    with pytest.raises(CommandError):
        call_command("maintenance", "on", message="あ" * 301)
    assert Client().get("/").status_code == 200


def test_the_site_is_closed_also_in_the_middle_of_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrations that are still missing are a reason to close, not one to refuse it."""
    monkeypatch.setattr("config.http.health.missing_migrations", lambda: ["tenants.9999_later"])
    monkeypatch.setattr("tenants.commands.ready.missing_migrations", lambda: ["tenants.9999_later"])
    call_command("maintenance", "on")
    assert Client().get("/").status_code == 503


@pytest.mark.parametrize(
    "command", [("maintenance", "on"), ("maintenance", "status"), ("pause", "uploads", "off"), ("incident", "list")]
)
def test_a_database_that_does_not_answer_is_said_in_one_line(command: tuple[str, ...]) -> None:
    def gone(*args: Any) -> None:
        raise OperationalError("connection to server failed\nmore")

    with connection.execute_wrapper(gone), pytest.raises(CommandError) as refused:
        call_command(*command)
    assert str(refused.value) == "the database refused: connection to server failed. Nothing was changed."
