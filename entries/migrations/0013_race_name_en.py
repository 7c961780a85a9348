"""How English pages call a race, where the host says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0012_drafts_of_persons")]
    operations = [
        migrations.AddField(
            model_name="race",
            name="name_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="英語の画面に表示します。空欄なら種目名を表示します。例: Men 5000 m",
                max_length=60,
                verbose_name="種目名（英語）",
            ),
        ),
    ]
