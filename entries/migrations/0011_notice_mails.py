"""A notice may be told to everybody entered by mail, once. Notices are few: their table is locked for a moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entries", "0010_fill_search_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="mail_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="メールの依頼"),
        ),
        migrations.AddField(
            model_name="notice",
            name="mail_count",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="メールの宛先数"),
        ),
        migrations.AddField(
            model_name="notice",
            name="mailed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="メール送信"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(mailed_at__isnull=True)
                | models.Q(mail_asked_at__isnull=False, mail_count__isnull=False),
                name="notice_mailed_when_asked",
            ),
        ),
    ]
