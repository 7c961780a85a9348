"""CSV files on their way into a catalogue."""

from typing import Any

from catalog.importing import actions
from catalog.importing.export import export_csv
from catalog.importing.models import ImportFile, ImportRun
from catalog.models import MasterProduct
from tenants.jobs import work
from tenants.models import Tenant, User
from tenants.scope import tenant_scope

ALL_FIELDS = {
    "name", "category", "price_jpy", "stack_height_mm", "events_allowed", "list_status", "valid_from", "valid_until",
}  # fmt: skip


def work_off(run: ImportRun) -> ImportRun:
    """Do the job that the run waits for, as a worker does."""
    from django.utils import timezone

    job = work.claim(at=timezone.now(), only=run.job_id)
    assert job is not None
    work.run(job)
    run.refresh_from_db()
    return run


def preview(tenant: Tenant, content: str | bytes, by: User, encoding: str = "utf-8") -> ImportRun:
    """Upload and read."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    return work_off(actions.start_csv(tenant, data, file_name="products.csv", by=by))


def take_in(tenant: Tenant, content: str | bytes, by: User, encoding: str = "utf-8") -> ImportRun:
    """Upload, read, confirm and write."""
    run = preview(tenant, content, by, encoding)
    assert run.state == "previewed", run.refused
    return work_off(actions.confirm(run, by=by))


def exported(tenant: Tenant) -> bytes:
    with tenant_scope(tenant.pk):
        pieces = export_csv()
    return b"".join(pieces)


def rejected_of(run: ImportRun) -> str:
    return bytes(ImportFile.objects.get(run=run).rejected).decode("utf-8-sig")


def product(brand: str, reference: str) -> MasterProduct:
    return MasterProduct.objects.get(brand=brand, reference=reference)


def stored() -> list[dict[str, Any]]:
    """Every product as it is, whatever its number."""
    rows = MasterProduct.objects.order_by("brand", "reference").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]
