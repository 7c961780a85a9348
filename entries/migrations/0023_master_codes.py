"""The code of a race in files for record-keeping programs."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0022_own_numbers")]
    operations = [
        migrations.AddField(
            model_name="race",
            name="master_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="記録処理ソフトでの種目コード。{time}と書いたところには申告タイムの7桁が入ります。例: 201 {time}",
                max_length=16,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[0-9A-Za-z][0-9A-Za-z {}-]*$", "半角の英数字で入力してください。"
                    )
                ],
                verbose_name="種目コード（MASTER CSV）",
            ),
        ),
    ]
