"""Between two tests that commit, only the tables that have rows are emptied.

Django's own way truncates all of them, each with its indexes, and makes content types and permissions anew: most of a second
for a test that wrote ten rows.
"""

from collections.abc import Iterator
from functools import cache

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}
BIG = 1_000_000
"""Bytes from which on a table is truncated, which leaves nothing for a vacuum to clear away."""


@cache
def tables() -> list[str]:
    """Every table of a model, but for those whose rows the code decides."""
    known = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(known) - MADE_BY_MIGRATE)


def empty_tables(case: TransactionTestCase | None = None) -> None:
    """Delete every row. Without triggers and foreign keys, which would only count what is all going away."""
    rows = (
        f"SELECT '{name}', pg_relation_size('{name}') > {BIG} WHERE EXISTS (SELECT FROM {name})" for name in tables()
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(rows))
        filled = dict(cursor.fetchall())
        if any(filled.values()):
            cursor.execute(f"TRUNCATE {', '.join(name for name, big in filled.items() if big)} CASCADE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")


@pytest.fixture(autouse=True, scope="session")
def only_what_has_rows() -> Iterator[None]:
    """Imported by the conftest.py of those whose tests commit on PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
