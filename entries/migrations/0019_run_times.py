"""How start times are planned: what stays, on which track, with which gap, and what the desk warns of."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entries", "0018_printed_papers"),
    ]

    operations = [
        migrations.AddField(
            model_name="meet",
            name="day_ends_at",
            field=models.TimeField(
                blank=True,
                help_text="会場の使用時間や日没。これより後になる組を番組編成の画面で知らせます。",
                null=True,
                verbose_name="競技を終える時刻",
            ),
        ),
        migrations.AddField(
            model_name="meet",
            name="rest_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=90,
                default=90,
                help_text="これより短い選手を番組編成の画面で知らせます。空欄なら知らせません。",
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)],
                verbose_name="2種目に出る選手のスタートの間隔（分）",
            ),
        ),
        migrations.AddField(
            model_name="meet",
            name="start_step",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "1分単位"), (5, "5分単位")], db_default=1, default=1, verbose_name="スタート時刻の単位"
            ),
        ),
        migrations.AddField(
            model_name="raceseeding",
            name="gap_minutes",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="組の間（分）"),
        ),
        migrations.AddField(
            model_name="raceseeding",
            name="track",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="トラック"),
        ),
        migrations.AddField(
            model_name="timetableslot",
            name="is_fixed",
            field=models.BooleanField(db_default=False, default=False, verbose_name="時刻を固定"),
        ),
    ]
