"""A mail is found by the name that its provider gave it; a link may confirm an address.

The index is built while the site goes on working, and holds only mails that a provider took.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "outbox_provider_id"


def build(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An attempt that was broken off leaves an invalid index behind, which goes first."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        schema_editor.execute(
            f"CREATE INDEX CONCURRENTLY {NAME} ON tenants_outboxmail (provider_id) WHERE provider_id <> ''"
        )


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenants", "0004_retention_rule")]
    operations = [
        migrations.AlterField(
            model_name="onetimelink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_in", "Sign In"),
                    ("register", "Register"),
                    ("reset", "Reset"),
                    ("invite", "Invite"),
                    ("address", "Address"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(build, drop, atomic=False),
    ]
