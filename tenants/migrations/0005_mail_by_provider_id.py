"""A mail is found by the name that its provider gave it; a link may confirm an address.

The index is built while the site goes on working, and holds only mails that a provider took.
"""

from django.db import migrations, models

from tenants.indexes import IndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenants", "0004_retention_rule")]
    operations = [
        migrations.AlterField(
            model_name="onetimelink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_in", "Sign In"),
                    ("register", "Register"),
                    ("reset", "Reset"),
                    ("invite", "Invite"),
                    ("address", "Address"),
                ],
                max_length=20,
            ),
        ),
        IndexConcurrently("outbox_provider_id", "tenants_outboxmail (provider_id) WHERE provider_id <> ''"),
    ]
