"""The indexes of the staff's search, built while the site goes on working (PostgreSQL)."""

from django.db import migrations

from tenants.indexes import IndexConcurrently

INDEXES = {
    "product_reference": "(tenant_id, reference)",
    "product_parts": "USING gin (tenant_id, reference gin_trgm_ops, upper(name) gin_trgm_ops)",
    "product_shoes": "(tenant_id, brand, reference) WHERE category = 'shoe'",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0003_search")]
    operations = [IndexConcurrently(name, f"catalog_masterproduct {columns}") for name, columns in INDEXES.items()]
