"""Rows that other processes see: every test here commits."""

from collections.abc import Iterator

import pytest

from tenants.scope import across_tenants
from tests.emptying import only_what_has_rows

__all__ = ["only_what_has_rows"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "whole_machine(why): runs alone, after the tests that share the machine in two lanes"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who keeps the machine from all others says why."""
    silent = [item.nodeid for item in items for mark in item.iter_markers("whole_machine") if not mark.args]
    if silent:
        raise pytest.UsageError(f"whole_machine without a reason: {silent}")


@pytest.fixture(autouse=True)
def committed(transactional_db: None) -> Iterator[None]:
    """Real transactions, and all tenants in scope for looking at the outcome."""
    with across_tenants():
        yield
