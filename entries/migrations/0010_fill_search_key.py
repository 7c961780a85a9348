"""Fills the search keys of teams, athletes and meets, and indexes the first two by trigrams (PostgreSQL), while the site goes on working."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from tenants.key_actions import fill
from tenants.searched import SearchKeyField

PARTS = {
    "team": (("name",), ("name_kana",), ("short_name",)),
    "meet": (("name",), ("venue",), ("slug",)),
    "athlete": (
        ("family_name", "given_name"), ("family_kana", "given_kana"), ("given_romaji", "family_romaji", "given_romaji"),
        ("jaaf_id",),
    ),
}  # fmt: skip
INDEXES = {"team_search": "entries_team", "athlete_search": "entries_athlete"}


def fill_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, parts in PARTS.items():
        fill(apps.get_model("entries", model), SearchKeyField(*parts))


def build(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An attempt that was broken off leaves an invalid index behind, which goes first."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for name, table in INDEXES.items():
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin (search_key gin_trgm_ops)")


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("entries", "0009_search_key")]
    operations = [
        migrations.RunPython(fill_keys, migrations.RunPython.noop, atomic=False),
        migrations.RunPython(build, drop, atomic=False),
    ]
