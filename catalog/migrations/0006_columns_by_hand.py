"""Which column of a host's files is what, and which sheet of a workbook was chosen. A new table, and a new column that is empty."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_tally_of_many_changes"),
        ("tenants", "0009_fill_search_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
                ("used_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "key"), name="one_memory_of_a_hosts_header")],
            },
        ),
        migrations.AddField(
            model_name="importrun",
            name="sheet",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="source",
            field=models.CharField(
                choices=[("csv", "ファイル"), ("sqlite", "旧システムのSQLite")], max_length=10, verbose_name="種類"
            ),
        ),
    ]
