"""`manage.py maintenance`: closing the site and opening it again (contract 6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from tenants.commands.command import OpsCommand
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


def test_what_was_said_stays_when_it_is_switched_on_again(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("maintenance", "on", message="入れ替え", until="2099-01-01T00:00")
    for again, said in ({}, "入れ替え"), ({"message": "長引く"}, "長引く"), ({"message": ""}, ""):
        call_command("maintenance", "on", **again)
        switch = Switch.objects.get(function="maintenance")
        assert switch.message == said
        assert switch.back_at is not None
    call_command("maintenance", "on", until="")
    assert Switch.objects.get(function="maintenance").back_at is None


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


def test_a_database_without_migrations_is_told_to_migrate() -> None:
    """And not to look at DATABASE_URL, which is right."""
    for question in ("SELECT * FROM no_such_thing", "SELECT no_such_thing FROM tenants_tenant"):
        with pytest.raises(CommandError, match="migrate --noinput"), transaction.atomic():
            Asks().execute(question, no_color=True, force_color=False, skip_checks=True)


class Asks(OpsCommand):
    """Asks the database something."""

    def execute(self, question: str, **options: Any) -> str | None:
        self.question = question
        return super().execute(**options)

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self.question)
