"""`seed_staging_min` started several times at the same instant writes once (requirement C9)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from catalog.models import MasterProduct
from config.demo.seeds import staging
from tenants.models import AuditRecord, Tenant, User

AT_ONCE = 8


@pytest.mark.parametrize("run", range(3))
def test_each_thing_is_made_once(run: int) -> None:
    start = Barrier(AT_ONCE)

    def seed() -> list[str]:
        try:
            start.wait()
            return staging.seed()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = Counter(line for job in [pool.submit(seed) for _ in range(AT_ONCE)] for line in job.result())
    for what in ("tenant tenant-a (Tenant A)", "staff staff-a@example.com of tenant-a", "product TESTBRAND / REF001"):
        made = sum(count for line, count in said.items() if line.startswith(f"made: {what}"))
        left = sum(count for line, count in said.items() if line.startswith(f"left alone: {what}"))
        assert (made, left) == (1, AT_ONCE - 1)
    assert [model._base_manager.count() for model in (Tenant, User, MasterProduct, AuditRecord)] == [1, 1, 1, 3]
