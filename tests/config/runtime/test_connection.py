"""A kept connection is not asked before each request, and one that was closed is still found out in time."""

from collections.abc import Iterator
from select import POLLIN, poll
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql import base

from config.runtime.postgresql.base import CHECK_SECONDS, NEVER, DatabaseWrapper

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def apart() -> Iterator[DatabaseWrapper]:
    """A connection of its own."""
    made = connection.copy()
    assert isinstance(made, DatabaseWrapper)
    made.connect()
    yield made
    made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Filled whenever the database is asked."""
    found: list[Any] = []
    original = base.DatabaseWrapper.is_usable

    def counted(this: base.DatabaseWrapper) -> bool:
        found.append(this)
        return bool(original(this))

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", counted)
    return found


def test_a_connection_is_asked_once_and_then_believed_for_some_seconds(
    apart: DatabaseWrapper, asked: list[Any]
) -> None:
    assert [apart.is_usable() for _ in range(3)] == [True] * 3
    assert len(asked) == 1
    apart.asked_at -= CHECK_SECONDS
    assert apart.is_usable()
    assert len(asked) == 2


def test_after_an_error_a_connection_is_asked(apart: DatabaseWrapper, asked: list[Any]) -> None:
    assert apart.is_usable()
    apart.errors_occurred = True
    assert apart.is_usable()
    assert len(asked) == 2


def test_a_connection_that_was_closed_on_the_other_side_is_found_out_at_once(apart: DatabaseWrapper) -> None:
    assert apart.is_usable()
    assert apart.connection is not None
    pid = apart.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    line = poll()
    line.register(apart.connection.fileno(), POLLIN)
    assert line.poll(30_000), "the farewell has come"
    assert not apart.is_usable()
    assert apart.asked_at == NEVER


def test_a_new_connection_is_not_believed_for_what_the_old_one_said(apart: DatabaseWrapper) -> None:
    assert apart.is_usable()
    apart.close()
    apart.connect()
    assert apart.asked_at == NEVER
