"""How the files for the timing system are written."""

from django.db import migrations, models

ENCODINGS = [("", "UTF-8（BOM付き）"), ("cp932", "Shift_JIS（CP932）"), ("utf-16", "UTF-16")]


class Migration(migrations.Migration):
    dependencies = [("entries", "0016_list_versions")]
    operations = [
        migrations.AddField(
            model_name="meet",
            name="timing_encoding",
            field=models.CharField(
                blank=True,
                choices=ENCODINGS,
                db_default="",
                default="",
                max_length=10,
                verbose_name="計時ファイルの文字コード",
            ),
        ),
        migrations.AddField(
            model_name="meet",
            name="timing_romaji",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="ローマ字のない選手は漢字のままです。",
                verbose_name="計時ファイルの氏名をローマ字にする",
            ),
        ),
    ]
