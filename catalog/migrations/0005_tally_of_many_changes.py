"""Counts per brand when thousands of products change at once: the trigger's function as `catalog.tally` now has it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from catalog import tally


def replace(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE OR REPLACE FUNCTION {tally.MOVED}")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_search_indexes")]
    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
