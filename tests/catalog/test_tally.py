"""Counts per brand are kept by triggers; a migration that loses them, or the collation, is seen here."""

import pytest
from django.db import connection
from django.db.models import Count

from catalog.models import BrandCount, MasterProduct
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

pytestmark = pytest.mark.django_db


def make(tenant: Tenant, brand: str, *references: str) -> None:
    with tenant_scope(tenant.pk):
        MasterProduct.objects.bulk_create(
            MasterProduct(tenant=tenant, brand=brand, reference=reference) for reference in references
        )


def counted() -> list[tuple[int, str, int]]:
    """What the triggers count, after comparing it with the rows themselves."""
    with across_tenants():
        kept = BrandCount.objects.filter(products__gt=0).order_by("tenant", "brand")
        rows = MasterProduct.objects.values("tenant", "brand").annotate(n=Count("pk")).order_by("tenant", "brand")
        found = list(kept.values_list("tenant", "brand", "products"))
        assert found == list(rows.values_list("tenant", "brand", "n"))
    return found


def test_they_follow_what_is_added_and_taken_out(nittai: Tenant, chuo: Tenant) -> None:
    make(nittai, "A", "1", "2", "3")
    make(nittai, "B", "1")
    make(chuo, "A", "1")
    assert [n for _, _, n in counted()] == [3, 1, 1]
    with across_tenants():
        MasterProduct.objects.filter(reference="1").delete()
    assert [(brand, n) for _, brand, n in counted()] == [("A", 2)]


def test_they_follow_a_change_of_brand_and_ignore_any_other(nittai: Tenant) -> None:
    make(nittai, "A", "1", "2", "3")
    with tenant_scope(nittai.pk):
        MasterProduct.objects.update(name="x", price_jpy=1)
        assert [n for _, _, n in counted()] == [3]
        MasterProduct.objects.filter(reference="2").update(brand="B")
    assert [(brand, n) for _, brand, n in counted()] == [("A", 2), ("B", 1)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no limit for a statement")
def test_twenty_thousand_changes_stay_within_the_sites_limit_for_a_statement(nittai: Tenant) -> None:
    """Ten seconds. While the trigger joined what was with what is, this took a minute, 200,000 products two hours."""
    make(nittai, "A", *(str(number) for number in range(20_000)))
    with tenant_scope(nittai.pk):
        MasterProduct.objects.update(price_jpy=1)
    assert [n for _, _, n in counted()] == [20_000]


def test_they_ignore_a_row_that_was_there_already(nittai: Tenant) -> None:
    make(nittai, "A", "1")
    with tenant_scope(nittai.pk):
        rows = [MasterProduct(tenant=nittai, brand="A", reference=reference) for reference in ("1", "2")]
        MasterProduct.objects.bulk_create(rows, ignore_conflicts=True)
    assert [n for _, _, n in counted()] == [2]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares bytes anyway")
def test_brand_and_reference_sort_and_match_by_bytes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name || '.' || column_name, collation_name FROM information_schema.columns
            WHERE (table_name, column_name) IN (('catalog_masterproduct', 'brand'), ('catalog_masterproduct', 'reference'),
                                                ('catalog_brandcount', 'brand'))"""
        )
        assert {row[1] for row in cursor.fetchall()} == {"C"}
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'catalog_masterproduct'")
        assert {"product_reference", "product_parts", "product_shoes"} <= {row[0] for row in cursor.fetchall()}
