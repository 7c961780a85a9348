"""The desk's pages of imports: upload, preview, confirmation, history. Runs are made by hand here; the whole way, through
the real import, is in `test_import_way.py`."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.importing.models import ImportFile, ImportRun, RunState, Source
from tenants.models import Job, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.world import rows_of

LIST = "/admin/catalog/importrun/"
COUNTS = {"read": 9, "new": 2, "changed": 1, "unchanged": 5, "rejected": 1, "conflicts": 0}
SAMPLE = [
    {"brand": "ASICS", "reference": "A-1", "is_new": True, "changes": [["name", None, "風神"]]},
    {"brand": "ASICS", "reference": "A-2", "is_new": False, "changes": [["price_jpy", 24200, 26400], ["specs.色", "", "赤"]]},
]  # fmt: skip


def run_of(tenant: Tenant, state: str = RunState.PREVIEWED, *, job: dict[str, Any] | None = None, **fields: Any) -> ImportRun:
    """A run as the import leaves it."""
    values = {"source": Source.CSV, "file_name": "夏.csv", "size": 2048, "sha256": "0" * 64, "counts": COUNTS,
              "sample": SAMPLE, "by": None, **fields}  # fmt: skip
    with tenant_scope(tenant.pk):
        if job is not None:
            values["job"] = Job.objects.create(kind="catalog.read_csv", tenant=tenant, **job)
        run = ImportRun.objects.create(tenant=tenant, state=state, **values)
        ImportFile.objects.create(tenant=tenant, run=run, content=b"x", rejected=b"")
    return run


def page_of(run: ImportRun) -> str:
    return f"{LIST}{run.pk}/change/"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def test_a_preview_says_what_would_happen(desk: Client, nittai: Tenant) -> None:
    page = desk.get(page_of(run_of(nittai))).content.decode()
    for text in ("取り込む（新規 2件・変更 1件）", "まだ何も書き込まれていません", "ASICS A-2", "24,200円", "26,400円", "風神", "赤"):
        assert text in page


def test_upload_page(desk: Client) -> None:
    answer = desk.get(f"{LIST}add/")
    assert answer.status_code == 200
    assert 'name="file"' in answer.content.decode()
