"""The catalogue of the old system, taken over: what is missing is added, what is there is left alone.

Seed 000, section 4-4: ON CONFLICT (tenant, brand, reference) DO NOTHING, no destructive update, safe to run again.

The file is read twice. First only its keys, which tell what is missing: a second run ends there. Then the missing
rows, which PostgreSQL takes by COPY straight into the catalogue, while we read on: as fast as it takes rows at all.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from catalog.importing import staging
from catalog.importing.models import ImportFile, ImportRun, RunState, Source
from catalog.importing.rejected_csv import Rejected, Why
from catalog.importing.rejected_rows import keep_rejected
from catalog.importing.sqlite.sqlite_file import OldFile, digest, open_old_file
from catalog.importing.sqlite.sqlite_rows import Keys, Products, Wanted, cells_of
from tenants.audit.actions import record
from tenants.models import Tenant
from tenants.refusal import Refused
from tenants.scope import tenant_scope

STAGE = "import_keys"
STAGED = {"row_no": "integer", "brand": 'varchar(100) COLLATE "C"', "reference": 'varchar(100) COLLATE "C"'}
CATALOGUE = "catalog_masterproduct"
COLUMNS = ("brand", "reference", "price_jpy", "specs")
EMPTY = {"name": "", "category": "", "events_allowed": "[]", "list_status": ""}

MISSING = f"""
SELECT min(t.row_no) FROM {STAGE} t
WHERE NOT EXISTS (
    SELECT 1 FROM {CATALOGUE} m WHERE m.tenant_id = %s AND m.brand = t.brand AND m.reference = t.reference
) GROUP BY t.brand, t.reference
"""
REPEATED = f"""
SELECT t.row_no, f.first FROM {STAGE} t JOIN (
    SELECT brand, reference, min(row_no) AS first FROM {STAGE} GROUP BY brand, reference HAVING count(*) > 1
) f ON f.brand = t.brand AND f.reference = t.reference
WHERE t.row_no > f.first ORDER BY t.row_no
"""


@dataclass(frozen=True)
class Outcome:
    """What came of it: the run, and the first rejected rows and notes as (row, why)."""

    run: ImportRun
    rejected: list[tuple[int, str]]
    notes: list[tuple[int, str]]


def import_old_file(tenant: Tenant, path: Path, *, batch_size: int) -> Outcome:
    """Add the file's products to the host's catalogue, in one transaction.

    Raises Refused with a code of `catalog.importing.sqlite.sqlite_file` when the file cannot be read as a whole; then nothing
    was written. `batch_size` is how many rows are held in memory at a time.
    """
    return staging.again_when_overtaken(lambda: _import(tenant, path, batch_size))


def _import(tenant: Tenant, path: Path, batch_size: int) -> Outcome:
    with transaction.atomic(), tenant_scope(tenant.pk):
        staging.begin(tenant.pk)
        with open_old_file(path) as file:
            size, sha256 = digest(path)
            rejected = Rejected(file.columns)
            keys = _stage(file, batch_size)
            wanted = _wanted(tenant, keys)
            products = Products(file, batch_size, wanted, rejected)
            inserted = _insert(tenant, products) if wanted.count else 0
            if inserted < keys.good:
                _reject_repeated(file, batch_size, rejected)
        staging.drop(STAGE)
        counts = {
            "read": keys.read,
            "inserted": inserted,
            "skipped": keys.read - rejected.count - inserted,
            "rejected": rejected.count,
            "without_price": products.without_price,
        }
        run = _recorded(tenant, path.name, size, sha256, counts)
        keep_rejected(run, rejected)
    return Outcome(run, rejected.first, products.notes)


def _stage(file: OldFile, batch_size: int) -> Keys:
    keys = Keys(file, batch_size)
    staging.create(STAGE, STAGED)
    with staging.Loader(STAGE, list(STAGED)) as load:
        for rows in keys.chunks():
            load(rows)
    staging.analyse(STAGE)
    return keys


def _wanted(tenant: Tenant, keys: Keys) -> Wanted:
    """Rows whose key the catalogue has not, of equal keys the first; and those whose key says why it is none."""
    wanted = Wanted(keys.read)
    for (number,) in staging.each(MISSING, [tenant.pk]):
        wanted.add(number)
    for number in keys.bad:
        wanted.add(number)
    return wanted


def _insert(tenant: Tenant, products: Products) -> int:
    inserted = 0
    with staging.Loader(CATALOGUE, COLUMNS, {"tenant_id": tenant.pk, **EMPTY}) as load:
        for rows in products.chunks():
            load(rows)
            inserted += len(rows)
    return inserted


def _reject_repeated(file: OldFile, batch_size: int, rejected: Rejected) -> None:
    """Of rows with the same key, in whatever letters, the first counts; the others are reported, never dropped
    silently."""
    repeated = staging.each(REPEATED)
    number, (next_number, first) = 0, next(repeated, (0, 0))
    if not next_number:
        return
    for chunk in file.chunks(batch_size, whole=True):
        for row in chunk:
            number += 1
            if number == next_number:
                why = Why(Refused("row_same_key", row=first))
                rejected.add(number, [why], cells_of(row[3] or b"", file.columns))
                next_number, first = next(repeated, (0, 0))


def _recorded(tenant: Tenant, name: str, size: int, sha256: str, counts: dict[str, int]) -> ImportRun:
    run = ImportRun.objects.create(
        tenant=tenant, source=Source.SQLITE, file_name=name[-200:], size=size, sha256=sha256, state=RunState.DONE,
        counts=counts, finished_at=timezone.now(),
    )  # fmt: skip
    ImportFile.objects.create(tenant=tenant, run=run)
    record("catalog.imported", run, by=None, after=counts)
    return run
