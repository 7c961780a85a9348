"""The rows of a preview of products, and pastes. Two new columns that are empty: nothing is rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_fold_keys")]

    operations = [
        migrations.AddField(model_name="importfile", name="grid", field=models.JSONField(null=True)),
        migrations.AddField(model_name="importfile", name="rows", field=models.JSONField(null=True)),
        migrations.AlterField(
            model_name="importrun",
            name="source",
            field=models.CharField(
                choices=[("csv", "ファイル"), ("paste", "貼り付け"), ("sqlite", "旧システムのSQLite")],
                max_length=10,
                verbose_name="種類",
            ),
        ),
    ]
