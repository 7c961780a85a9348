"""What the staff's search stands on: collation "C", counts per brand, and indexes for prefixes and parts (PostgreSQL).

limit L5: with collation "C" the unique key serves the prefix of a reference within a brand and its order; a
second btree serves it across brands; trigrams serve parts of three characters and more.
"""

from collections.abc import Callable

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from catalog import tally

COLLATE = [
    'ALTER TABLE catalog_masterproduct ALTER COLUMN brand TYPE varchar(100) COLLATE "C"',
    'ALTER TABLE catalog_masterproduct ALTER COLUMN reference TYPE varchar(100) COLLATE "C"',
    'ALTER TABLE catalog_brandcount ALTER COLUMN brand TYPE varchar(100) COLLATE "C"',
]
BACK = [statement.replace('"C"', '"default"') for statement in COLLATE]


def on_postgres(*statements: str) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    def run(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    tally.install(schema_editor)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    tally.remove(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_desk_imports_shoes_drafts")]
    operations = [
        migrations.RunPython(
            on_postgres("CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gin"),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(on_postgres(*COLLATE), on_postgres(*BACK)),
        migrations.RunPython(install, remove),
    ]
