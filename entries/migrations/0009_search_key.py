"""Teams, athletes and meets get a search key beside their names; `0010_fill_search_key` fills it."""

from django.db import migrations, models

KEY = models.TextField(blank=True, db_default="", default="", editable=False, verbose_name="検索用の表記")


class Migration(migrations.Migration):
    dependencies = [("entries", "0008_import_grid")]
    operations = [
        migrations.AddField(model_name="team", name="search_key", field=KEY.clone()),
        migrations.AddField(model_name="athlete", name="search_key", field=KEY.clone()),
        migrations.AddField(model_name="meet", name="search_key", field=KEY.clone()),
    ]
