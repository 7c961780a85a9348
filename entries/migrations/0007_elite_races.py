"""The name of the fastest's races was a word in the code; hosts that have such races keep it, as data of their own."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def name_them(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A handful of rows; each is held for no longer than its update."""
    hosts = apps.get_model("entries", "Race")._base_manager.filter(is_ncg=True).values("tenant")
    unnamed = apps.get_model("tenants", "Tenant")._base_manager.filter(pk__in=hosts, elite_name="")
    unnamed.update(elite_name="NITTAI CHALLENGE GAMES", elite_short="NCG")


class Migration(migrations.Migration):
    dependencies = [("entries", "0006_entries_by_time"), ("tenants", "0006_elite_name")]
    operations = [
        migrations.RunPython(name_them, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="race",
            name="is_ncg",
            field=models.BooleanField(
                default=False,
                help_text="申告タイムの上位が出場する種目。名称は主催団体のページで決めます。",
                verbose_name="選抜種目",
            ),
        ),
        migrations.AlterField(
            model_name="race",
            name="fallback_race",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.SET_NULL,
                related_name="+",
                to="entries.race",
                verbose_name="選抜種目の振替先",
            ),
        ),
    ]
