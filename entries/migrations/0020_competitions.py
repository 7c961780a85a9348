"""Several competitions on one timetable, each with its own title and code."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0019_run_times"), ("tenants", "0009_fill_search_key")]
    operations = [
        migrations.CreateModel(
            name="Competition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="競技会名")),
                ("title_en", models.CharField(blank=True, default="", max_length=120, verbose_name="競技会名（英語）")),
                ("code", models.CharField(blank=True, default="", max_length=20, verbose_name="競技会コード")),
                (
                    "meet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="competitions",
                        to="entries.meet",
                        verbose_name="大会",
                    ),
                ),
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
                "verbose_name": "兼ねる競技会",
                "verbose_name_plural": "兼ねる競技会",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("meet", "title"), name="one_competition_per_title_and_meet")
                ],
            },
        ),
        migrations.AddField(
            model_name="race",
            name="competition",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="空欄は大会と同じ。",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="races",
                to="entries.competition",
                verbose_name="競技会",
            ),
        ),
        migrations.AddField(
            model_name="meet",
            name="code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="日本陸連などの競技会コード。プログラムに載せます。",
                max_length=20,
                verbose_name="競技会コード",
            ),
        ),
    ]
