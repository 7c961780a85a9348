"""A draft is a person's: what a colleague of the same team sends or saves leaves it alone."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("entries", "0011_notice_mails"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RemoveConstraint(model_name="sheetdraft", name="one_draft_per_team_and_meet"),
        migrations.AddConstraint(
            model_name="sheetdraft",
            constraint=models.UniqueConstraint(
                fields=("meet", "team", "updated_by"), name="one_draft_per_team_meet_and_person"
            ),
        ),
    ]
