"""Rows that other processes see: every test here commits."""

from collections.abc import Iterator

import pytest

from tenants.scope import across_tenants
from tests.emptying import only_what_has_rows

__all__ = ["only_what_has_rows"]


@pytest.fixture(autouse=True)
def committed(transactional_db: None) -> Iterator[None]:
    """Real transactions, and all tenants in scope for looking at the outcome."""
    with across_tenants():
        yield
