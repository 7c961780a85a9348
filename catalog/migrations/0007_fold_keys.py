"""Products stored under a full-width key get the folded one where nobody else has it. Of two that would become one
nothing is decided here: `manage.py fold_product_keys` shows them, and merges them with `--apply`."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from catalog.keys import fold


def fold_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One row at a time, and only the few that need it."""
    products = apps.get_model("catalog", "MasterProduct")._base_manager
    rows = products.order_by("pk").values_list("pk", "tenant_id", "brand", "reference")
    wrong = [row for row in rows.iterator(chunk_size=5_000) if (fold(row[2]), fold(row[3])) != row[2:]]
    for pk, tenant, brand, reference in wrong:
        key = {"brand": fold(brand), "reference": fold(reference)}
        if not products.filter(tenant_id=tenant, **key).exists():
            products.filter(pk=pk).update(**key)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0006_columns_by_hand")]
    operations = [migrations.RunPython(fold_keys, migrations.RunPython.noop, atomic=False)]
