"""Sessions in a table that knows their owner. Those that are open are copied, so that nobody has to sign in again.

A process of the version before goes on with its own table until it ends; its rows go as they expire.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

BATCH = 1000
SALT = "django.contrib.sessions.SessionStore"


def copy(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In batches; sessions that our keys do not open, or whose person is gone, are left."""
    known = set(apps.get_model("tenants", "User").objects.values_list("pk", flat=True))
    session = apps.get_model("tenants", "Session")
    batch = []
    for old in apps.get_model("sessions", "Session").objects.filter(expire_date__gt=timezone.now()).iterator(BATCH):
        try:
            owner = signing.loads(old.session_data, salt=SALT, serializer=JSONSerializer).get("_auth_user_id")
        except signing.BadSignature:
            continue
        if owner is not None and int(owner) not in known:
            continue
        batch.append(session(session_key=old.session_key, session_data=old.session_data, expire_date=old.expire_date,
                             user_id=owner))  # fmt: skip
        if len(batch) == BATCH:
            session.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    session.objects.bulk_create(batch, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_elite_name"), ("sessions", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
    ]
