"""How long before its start a heat is called."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0014_heats")]
    operations = [
        migrations.AddField(
            model_name="meet",
            name="call_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=30,
                default=30,
                help_text="各組の招集完了の時刻を決めます。空欄なら載せません。",
                null=True,
                validators=[django.core.validators.MaxValueValidator(240)],
                verbose_name="招集完了（スタートの何分前）",
            ),
        ),
    ]
