"""The two jobs of a CSV: reading it, and writing what was confirmed.

Both bear being done again: reading changes nothing but its own run, writing is one transaction and starts from the
catalogue as it then is, whatever happened since the preview.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from catalog.importing import comparing, staging
from catalog.importing.actions import READ, WRITE
from catalog.importing.csv_rows import CsvFile, ProductRow
from catalog.importing.merging import Merge
from catalog.importing.models import ImportFile, ImportRun, RunState
from catalog.importing.queries import remembered
from catalog.importing.rejected_csv import Rejected
from catalog.importing.rejected_rows import keep_rejected
from catalog.overrides.actions import mark_conflicts
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.jobs.work import Report
from tenants.refusal import Refused
from tenants.scope import tenant_scope

BATCH = 2_000
KEPT_FOR = ("import_no_keys", "import_column_twice")


def read(job: Job, report: Report) -> None:
    """Compare the file with the catalogue; keep counts, examples and refused rows with the run, which is PREVIEWED
    then, or FAILED with the reason."""
    with _on_behalf(job):
        run = ImportRun.objects.get(pk=job.args["run"])
        if run.state != RunState.READING:
            return
        try:
            values, rejected = _preview(run, report)
        except Refused as refusal:
            _fail(run, refusal)
            return
        with transaction.atomic():
            if ImportRun.objects.filter(pk=run.pk, state=RunState.READING).update(state=RunState.PREVIEWED, **values):
                keep_rejected(run, rejected)


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
def _preview(run: ImportRun, report: Report) -> tuple[dict[str, Any], Rejected]:
    merge, rejected, read = _compared(run, report)
    counts = {"read": read, **merge.look(), "rejected": rejected.count, "conflicts": comparing.conflicts(merge)}
    values = {"counts": counts, "sample": comparing.samples(merge)}
    merge.drop()
    return values, rejected


def _compared(run: ImportRun, report: Report) -> tuple[Merge, Rejected, int]:
    """The file's good rows in the staging table, the bad ones, and how many there were."""
    staging.begin(run.tenant_id)
    content = bytes(ImportFile.objects.values_list("content", flat=True).get(run=run))
    file = CsvFile(content, remembered(), sheet=run.sheet)
    rejected = Rejected(file.columns.titles)
    merge = Merge(run.tenant_id, file.columns)
    merge.stage(_batches(file, rejected, report, total=content.count(b"\n")))
    return merge, rejected, file.read


def _batches(file: CsvFile, rejected: Rejected, report: Report, *, total: int) -> Iterator[list[ProductRow]]:
    lines = file.lines(rejected)
    while batch := list(islice(lines, BATCH)):
        yield batch
        report(min(file.read, total), total)


@transaction.atomic
def _write(job: Job, report: Report) -> None:
    run = ImportRun.objects.select_related("job__by").get(pk=job.args["run"])
    if run.state != RunState.WRITING:
        return
    merge, rejected, read = _compared(run, report)
    counts = {"read": read, **merge.look(), "rejected": rejected.count, "conflicts": 0}
    overridden = merge.changed_with_overrides()
    if merge.write() < counts["new"]:
        raise staging.Overtaken
    merge.drop()
    now = timezone.now()
    counts["conflicts"] = mark_conflicts(overridden, at=now, by=job.by)
    done = {"state": RunState.DONE, "counts": counts, "finished_at": now}
    if not ImportRun.objects.filter(pk=run.pk, state=RunState.WRITING).update(**done):
        raise staging.Overtaken
    ImportFile.objects.filter(run=run).update(content=b"")
    keep_rejected(run, rejected)
    record("catalog.imported", run, by=job.by, after=counts)


@transaction.atomic
def _fail(run: ImportRun, refusal: Refused) -> None:
    """The whole file is of no use. What it held is not kept, unless its columns can still be named by hand."""
    data = {name: value if isinstance(value, int) else str(value) for name, value in refusal.data.items()}
    failed = {"state": RunState.FAILED, "refused": {"code": refusal.code, **data}, "finished_at": timezone.now()}
    was_reading = ImportRun.objects.filter(pk=run.pk, state=RunState.READING).update(**failed)
    if was_reading and refusal.code not in KEPT_FOR:
        ImportFile.objects.filter(run=run).update(content=b"")


work.register(READ, read)
work.register(WRITE, write)
