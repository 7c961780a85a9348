"""How a host calls the races in which the fastest run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_mail_by_provider_id")]
    operations = [
        migrations.AddField(
            model_name="tenant",
            name="elite_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="申告タイムの上位が出場する種目の名称。大会ページに表示します。例: ◯◯チャレンジゲームズ",
                max_length=60,
                verbose_name="選抜種目の名称",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="elite_short",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="種目名の前に付けます。例: CG",
                max_length=12,
                verbose_name="選抜種目の略称",
            ),
        ),
    ]
