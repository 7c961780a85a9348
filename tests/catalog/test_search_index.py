"""On PostgreSQL the search reads indexes, never a whole catalogue (limit L5)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.desk import queries
from tenants.models import Tenant, User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_nittai"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such indexes"),
]
ROWS = 50_000
FILL = """INSERT INTO catalog_masterproduct (tenant_id, brand, reference, name, category, price_jpy, specs,
events_allowed, list_status)
SELECT %s, 'BRAND' || n %% 50, %s || lpad(n::text, 7, '0'), 'スピード ' || n, '', n, '{}', '[]', ''
FROM generate_series(1, %s) n"""


@pytest.fixture
def catalogue(nittai: Tenant, chuo: Tenant) -> None:
    """A host's products, and those of another that are all alike."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(FILL, [nittai.pk, "REF", ROWS])
        cursor.execute(FILL, [chuo.pk, "ELSE", 20_000])
        cursor.execute("SELECT gin_clean_pending_list('product_parts')")  # as autovacuum does
        cursor.execute("ANALYZE catalog_masterproduct")
        cursor.execute("ANALYZE catalog_brandcount")


def plans_of(search: Callable[[], Any]) -> str:
    """The plans of the statements that read products."""
    with CaptureQueriesContext(connection) as asked:
        search()
    plans = ""
    with connection.cursor() as cursor:
        for row in asked.captured_queries:
            if "catalog_masterproduct" in row["sql"]:
                cursor.execute(f"EXPLAIN {row['sql'].replace('%', '%%')}", [])
                plans += "\n".join(line for (line,) in cursor.fetchall()) + "\n"
    return plans


SEARCHES: dict[str, Callable[[User], Any]] = {
    "prefix": lambda user: queries.find(within=None, typed="REF00123", size=ROWS),
    "prefix within a brand": lambda user: queries.find(within=["BRAND1"], typed="REF00", size=1000),
    "prefix within several brands": lambda user: queries.find(within=["BRAND1", "BRAND2"], typed="REF00123", size=ROWS),
    "part": lambda user: queries.find(within=None, typed="12345", size=ROWS),
    "part of a name": lambda user: queries.find(within=None, typed="ード 12345", size=ROWS),
    "one letter": lambda user: queries.find(within=None, typed="X", size=ROWS),
    "no hit": lambda user: queries.find(within=None, typed="NOTHING", size=ROWS),
    "common at another host": lambda user: queries.find(within=None, typed="ELSE", size=ROWS),
    "brand": lambda user: queries.of_brands(["BRAND1"], page=1),
    "lines": lambda user: queries.lines(list(range(1, 51))),
    "similar": lambda user: queries.similar_references(within=None, typed="REF00X2345"),
    "similar within a brand": lambda user: queries.similar_references(within=["BRAND1"], typed="REF00X2345"),
    "references": lambda user: list(queries.products(brand="BRAND1", prefix="REF00")[:100]),
}


def test_no_search_reads_the_whole_table(catalogue: None, endo: User) -> None:
    read: dict[str, str] = {}
    for name, search in SEARCHES.items():
        plans = plans_of(partial(search, endo))
        assert plans, name
        if "Seq Scan on catalog_masterproduct" in plans:
            read[name] = plans
    assert read == {}
    assert "product_parts" in plans_of(lambda: SEARCHES["part"](endo))
    # Few products are read one by one: the index knows no part of one letter, and looking for it would read all of it.
    assert "product_parts" not in plans_of(lambda: queries.find(within=["BRAND1"], typed="R", size=1000))
    # A prefix is read in order and stops; counting brands reads no product.
    within = plans_of(lambda: queries.find(within=["BRAND1"], typed="REF", size=1000))
    assert "one_product_per_brand_and_reference" in within
    assert plans_of(lambda: queries.brands(typed="brand1")) == ""
    brands = queries.brands(typed="brand1")
    assert (brands.rows[0], brands.products) == (("BRAND1", ROWS // 50), ROWS)
