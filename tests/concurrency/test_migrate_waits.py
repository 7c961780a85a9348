"""Requirement D6: a migration that needs a table in use gives way again and again,
and nobody waits behind it for long."""

import io
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as django_migrate
from django.db import connection, connections, transaction

from config.management.commands import migrate

TABLE = "entries_entry"


@pytest.fixture(autouse=True)
def widening(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In place of the project's migrations one that needs its table for itself; what the settings were then."""
    found: list[str] = []

    def widen(self: Any, *args: Any, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            found[:] = cursor.fetchone()
            cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN wide integer")
            cursor.execute(f"ALTER TABLE {TABLE} DROP COLUMN wide")

    monkeypatch.setattr(django_migrate.Command, "handle", widen)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.05)
    return found


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def run(done: list[str]) -> None:
    said = io.StringIO()
    try:
        call_command("migrate", stderr=said, skip_checks=True)
    finally:
        done.append(said.getvalue())
        connections.close_all()


def test_it_waits_briefly_for_a_table_and_as_long_as_it_takes_for_a_statement(widening: list[str]) -> None:
    before = setting("lock_timeout"), setting("statement_timeout")
    call_command("migrate", skip_checks=True)
    assert widening == [f"{migrate.LOCK_MS}ms", "0"]
    assert (setting("lock_timeout"), setting("statement_timeout")) == before


def test_a_table_in_use_is_asked_for_again_while_others_go_on_reading() -> None:
    done: list[str] = []
    other = threading.Thread(target=run, args=(done,))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # somebody's long report
        other.start()
        reader = connections.create_connection("default")
        for _ in range(12):
            with reader.cursor() as reads:  # behind a migration that does not give way: lock_timeout, an error
                reads.execute(f"SELECT count(*) FROM {TABLE}")
            other.join(0.02)
        reader.close()
        assert other.is_alive(), "took the table from under the report"
    other.join(30)
    assert "a table is in use, try 2 of 40" in done[0]


def test_a_table_that_stays_in_use_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "TRIES", 2)
    holder = connections.create_connection("default")
    holder.set_autocommit(False)
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {TABLE}")
        with pytest.raises(CommandError, match="stayed in use for 2 tries"):
            call_command("migrate", stderr=io.StringIO(), skip_checks=True)
    finally:
        holder.rollback()
        holder.close()


def test_two_deployments_migrate_one_after_the_other() -> None:
    done: list[str] = []
    other = threading.Thread(target=run, args=(done,))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [migrate.ONE_AT_A_TIME])
        other.start()
        other.join(0.5)
        assert other.is_alive()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [migrate.ONE_AT_A_TIME])
    other.join(30)
    assert done == [""]
