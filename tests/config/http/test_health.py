"""/healthz and /readyz: what they depend on, how long they take at most, and that they tell nothing else
(requirement G6)."""

import threading
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from config.env import read
from config.http import health
from config.runtime.databases import databases
from tenants.commands import ready
from tests.config.env.test_env import PROD


def test_alive_touches_nothing(client: Client, django_assert_num_queries: Any) -> None:
    """Without the db fixture: any query would fail."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_the_database_has_every_migration(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


def test_what_is_read_once_is_what_django_would_apply(db: None) -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    assert ready.all_migrations() == tuple((migration.app_label, migration.name) for migration, _ in plan)
    assert len(ready.all_migrations()) > 30


def test_a_missing_migration_is_named(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ready.all_migrations()
    monkeypatch.setattr(ready, "all_migrations", lambda: (*known, ("entries", "9999_next")))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unavailable", "missing_migrations": ["entries.9999_next"]},
    )


def test_newer_migrations_than_the_code_has_are_no_fault(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old code on the new schema, while a deployment is under way (requirement D7)."""
    known = ready.all_migrations()
    monkeypatch.setattr(ready, "all_migrations", lambda: known[:-3])
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("error", [OperationalError("canary at 10.0.0.1"), InterfaceError("canary"), health.Silent()])
def test_a_database_that_is_down_is_said_and_nothing_else(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def down() -> list[str]:
        raise error

    monkeypatch.setattr(health, "missing_migrations", down)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "no answer"})


def test_silence_is_answered_all_the_same_and_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first question is still without an answer, the next ones wait for that one and open no more connections."""
    asked, release = [], threading.Event()

    def swallow() -> list[str]:
        asked.append(1)
        release.wait(30)
        return []

    monkeypatch.setattr(health, "_ask_and_hang_up", swallow)
    monkeypatch.setattr(health, "SECONDS", 0.2)
    asking = health.Asking()
    for _ in range(3):
        with pytest.raises(health.Silent):
            asking.missing()
        assert asking.waiting is not None
        assert not asking.waiting.done(), "it was waited for until the database spoke"
    assert len(asked) == 1
    waiting = asking.waiting
    assert waiting is not None
    release.set()
    waiting.result(timeout=30)
    assert asking.missing() == []
    assert len(asked) == 2


def test_the_wait_is_shorter_than_the_platforms() -> None:
    """Render gives a health check five seconds."""
    assert health.SECONDS < 5


def test_a_database_host_that_vanished_is_given_up_within_a_minute() -> None:
    """Requirement M4: else every thread that waits for it does so for a quarter of an hour, and the site with them."""
    options = databases(read(PROD))["default"]["OPTIONS"]
    assert 0 < options["tcp_user_timeout"] <= 30_000
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] < 60
    assert options["connect_timeout"] <= 5
