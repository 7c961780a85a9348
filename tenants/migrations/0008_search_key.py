"""Hosts and people get a search key beside their names; `0009_fill_search_key` fills it."""

from django.db import migrations, models

KEY = models.TextField(blank=True, db_default="", default="", editable=False, verbose_name="検索用の表記")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_session")]
    operations = [
        migrations.AddField(model_name="tenant", name="search_key", field=KEY.clone()),
        migrations.AddField(model_name="user", name="search_key", field=KEY.clone()),
    ]
