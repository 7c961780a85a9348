"""Fills the search keys of hosts and people, and indexes the latter by trigrams (PostgreSQL), while the site goes on working."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from tenants.indexes import IndexConcurrently
from tenants.key_actions import fill
from tenants.searched import SearchKeyField

PARTS = {"tenant": (("name",), ("slug",)), "user": (("name",), ("email",))}


def fill_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, parts in PARTS.items():
        fill(apps.get_model("tenants", model), SearchKeyField(*parts))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenants", "0008_search_key")]
    operations = [
        migrations.RunPython(fill_keys, migrations.RunPython.noop, atomic=False),
        IndexConcurrently("user_search", "tenants_user USING gin (search_key gin_trgm_ops)", extension="pg_trgm"),
    ]
