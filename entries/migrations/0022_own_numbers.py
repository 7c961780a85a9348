"""Numbers by the kind of team, and numbers that teams propose."""

from django.db import migrations, models

KINDS = [
    ("university", "大学"), ("high_school", "高等学校"), ("junior_high", "中学校"), ("company", "実業団"), ("club", "クラブ・陸協"),
    ("individual", "個人"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("entries", "0021_number_bounds")]
    operations = [
        migrations.AddField(
            model_name="bib",
            name="is_proposed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="bibrange",
            name="category",
            field=models.CharField(
                blank=True, choices=KINDS, db_default="", default="", max_length=20, verbose_name="チームの種別"
            ),
        ),
        migrations.AddField(
            model_name="bibrange",
            name="is_own",
            field=models.BooleanField(db_default=False, default=False, verbose_name="チームが希望できる"),
        ),
    ]
