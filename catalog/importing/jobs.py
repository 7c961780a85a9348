"""The two jobs of a file: reading it, and writing what was confirmed.

Both bear being done again: reading changes nothing but its own run, writing is one transaction and starts from the
catalogue as it then is, whatever happened since the preview.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from catalog.importing import comparing, staging
from catalog.importing.actions import READ, WRITE
from catalog.importing.merging import Merge
from catalog.importing.models import ImportFile, ImportRun, RunState
from catalog.importing.product_files import ProductFile, opened
from catalog.importing.product_rows import ProductRow
from catalog.importing.rejected_rows import keep_rejected
from catalog.overrides.actions import mark_conflicts
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.jobs.work import Report
from tenants.refusal import Refused
from tenants.scope import tenant_scope

BATCH = 2_000
KEPT_FOR = ("import_no_keys", "import_column_twice", "import_empty")
"""Another sheet may be chosen, or columns named by hand."""


def read(job: Job, report: Report) -> None:
    """Compare the file with the catalogue; keep counts, rows or examples, and refused rows with the run, which is PREVIEWED
    then, or FAILED with the reason."""
    with _on_behalf(job):
        run = ImportRun.objects.get(pk=job.args["run"])
        if run.state != RunState.READING:
            return
        try:
            values, file = _preview(run, report)
        except Refused as refusal:
            _fail(run, refusal)
            return
        with transaction.atomic():
            if ImportRun.objects.filter(pk=run.pk, state=RunState.READING).update(state=RunState.PREVIEWED, **values):
                ImportFile.objects.filter(run=run).update(**file.kept())
                keep_rejected(run, file.rejected)


def write(job: Job, report: Report) -> None:
    """Write the file, all of it or nothing; the run is DONE then."""
    with _on_behalf(job):
        staging.again_when_overtaken(lambda: _write(job, report))


@contextmanager
def _on_behalf(job: Job) -> Iterator[None]:
    """In the host's scope, and in the language of who asked: reasons of refused rows are kept in words."""
    assert job.tenant_id is not None  # noqa: S101 - `catalog.importing.actions` always gives one
    language = job.args.get("language") or settings.LANGUAGE_CODE
    with tenant_scope(job.tenant_id), translation.override(language):
        yield


@transaction.atomic
def _preview(run: ImportRun, report: Report) -> tuple[dict[str, Any], ProductFile]:
    staging.begin(run.tenant_id)
    file, counts = opened(run), Counter[str]()
    for merge in _merges(run, file, report):
        counts += Counter(merge.look() | {"conflicts": comparing.conflicts(merge)})
        file.learn(merge)
    return {"counts": _counts(file, counts), "sample": file.sample()}, file


def _merges(run: ImportRun, file: ProductFile, report: Report) -> Iterator[Merge]:
    """Each table's good rows in the staging table, one after the other."""
    for columns, lines in file.tables():
        merge = Merge(run.tenant_id, columns)
        merge.stage(_batches(file, lines, report))
        yield merge
        merge.drop()


def _batches(file: ProductFile, lines: Iterator[ProductRow], report: Report) -> Iterator[list[ProductRow]]:
    while batch := list(islice(lines, BATCH)):
        yield batch
        report(min(file.read, file.total), file.total)


def _counts(file: ProductFile, found: Mapping[str, int]) -> dict[str, int]:
    counted = {name: found.get(name, 0) for name in ("new", "changed", "unchanged")}
    return {"read": file.read, **counted, "rejected": file.rejected.count, "conflicts": found.get("conflicts", 0)}


@transaction.atomic
def _write(job: Job, report: Report) -> None:
    run = ImportRun.objects.select_related("job__by").get(pk=job.args["run"])
    if run.state != RunState.WRITING:
        return
    staging.begin(run.tenant_id)
    file, found, overridden = opened(run), Counter[str](), list[int]()
    for merge in _merges(run, file, report):
        looked = merge.look()
        found += Counter(looked)
        overridden += merge.changed_with_overrides()
        if merge.write() < looked["new"]:
            raise staging.Overtaken
    now = timezone.now()
    counts = _counts(file, found) | {"conflicts": mark_conflicts(overridden, at=now, by=job.by)}
    done = {"state": RunState.DONE, "counts": counts, "finished_at": now}
    if not ImportRun.objects.filter(pk=run.pk, state=RunState.WRITING).update(**done):
        raise staging.Overtaken
    ImportFile.objects.filter(run=run).update(content=b"", grid=None, rows=None)
    keep_rejected(run, file.rejected)
    record("catalog.imported", run, by=job.by, after=counts)


@transaction.atomic
def _fail(run: ImportRun, refusal: Refused) -> None:
    """The whole file is of no use. What it held is not kept, unless its columns can still be named by hand."""
    data = {name: value if isinstance(value, int) else str(value) for name, value in refusal.data.items()}
    failed = {"state": RunState.FAILED, "refused": {"code": refusal.code, **data}, "finished_at": timezone.now()}
    was_reading = ImportRun.objects.filter(pk=run.pk, state=RunState.READING).update(**failed)
    if was_reading and refusal.code not in KEPT_FOR:
        ImportFile.objects.filter(run=run).update(content=b"", grid=None, rows=None)


work.register(READ, read)
work.register(WRITE, write)
