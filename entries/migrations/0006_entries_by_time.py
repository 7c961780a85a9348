"""The newest entries first, as the desk lists them, without sorting those of all hosts (PostgreSQL, while the site works).

Found by `tests/bench/growth.py`: of two million entries the list of a platform admin sorted all, on disk. Moments only
grow, so that a new entry is written at the index's end; the twenty of a sheet are one moment and one key.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "entry_by_time"


def build(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An attempt that was broken off leaves an invalid index behind, which goes first."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {NAME} ON entries_entry (entered_at)")


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("entries", "0005_archive")]
    operations = [migrations.RunPython(build, drop, atomic=False)]
