"""How a file of a roster or of entries was understood, and which column is what. New columns that are empty, and a new table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entries", "0007_elite_races"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnMemory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("roster", "Roster"), ("entries", "Entries")], max_length=10)),
                ("key", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
                ("used_at", models.DateTimeField()),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="entries.team"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "kind", "key"), name="one_memory_of_a_header")],
            },
        ),
        migrations.AddField(
            model_name="entryupload",
            name="content",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="entryupload",
            name="grid",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="rosterupload",
            name="content",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="rosterupload",
            name="grid",
            field=models.JSONField(null=True),
        ),
    ]
