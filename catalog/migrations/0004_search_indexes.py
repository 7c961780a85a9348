"""The indexes of the staff's search, built while the site goes on working (PostgreSQL)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEXES = {
    "product_reference": "(tenant_id, reference)",
    "product_parts": "USING gin (tenant_id, reference gin_trgm_ops, upper(name) gin_trgm_ops)",
    "product_shoes": "(tenant_id, brand, reference) WHERE category = 'shoe'",
}


def build(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An attempt that was broken off leaves an invalid index behind, which goes first."""
    if schema_editor.connection.vendor == "postgresql":
        for name, columns in INDEXES.items():
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON catalog_masterproduct {columns}")


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0003_search")]
    operations = [migrations.RunPython(build, drop, atomic=False)]
