"""Fills the search keys of teams, athletes and meets, and indexes the first two by trigrams (PostgreSQL), while the site goes on working."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from tenants.indexes import IndexConcurrently
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


def fill_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, parts in PARTS.items():
        fill(apps.get_model("entries", model), SearchKeyField(*parts))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("entries", "0009_search_key")]
    operations = [
        migrations.RunPython(fill_keys, migrations.RunPython.noop, atomic=False),
        IndexConcurrently("team_search", "entries_team USING gin (search_key gin_trgm_ops)", extension="pg_trgm"),
        IndexConcurrently("athlete_search", "entries_athlete USING gin (search_key gin_trgm_ops)", extension="pg_trgm"),
    ]
