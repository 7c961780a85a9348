"""The suite must not think that it is on PostgreSQL while it is on SQLite."""

import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_suite_is_on_the_database_that_was_asked_for() -> None:
    expected = "postgresql" if os.environ.get("TEST_DB") == "postgres" else "sqlite"
    assert connection.vendor == expected
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if expected == "postgresql" else "SELECT sqlite_version()")
        assert cursor.fetchone()[0].startswith("PostgreSQL" if expected == "postgresql" else "3.")


@pytest.mark.django_db
def test_postgresql_reads_committed_rows_and_waits_no_longer_than_told() -> None:
    if connection.vendor != "postgresql":
        assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]  # SQLite's own, not in the stubs
        return
    with connection.cursor() as cursor:
        for setting, value in (
            ("transaction_isolation", "read committed"),
            ("lock_timeout", "3s"),
            ("statement_timeout", "10s"),
        ):
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone()[0] == value
