"""A CSV on its way into the catalogue: taken, looked at, and then confirmed or dropped."""

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from catalog.importing import rules
from catalog.importing.models import ImportFile, ImportRun, RunState, Source
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.models import Tenant, User
from tenants.scope import tenant_scope

READ, WRITE = "catalog.read_csv", "catalog.write_csv"
"""The kinds of jobs; `catalog.importing.jobs` does them."""


def start_csv(tenant: Tenant, content: bytes, *, file_name: str, by: User) -> ImportRun:
    """Take a file and ask for it to be read. The run is READING; the job makes it PREVIEWED or FAILED.

    Raises Refused for what is seen at once: an empty file, more than `rules.MOST_BYTES`, an Excel workbook.
    """
    rules.check_upload(content)
    with transaction.atomic(), tenant_scope(tenant.pk):
        run = ImportRun.objects.create(
            tenant=tenant,
            source=Source.CSV,
            file_name=file_name[-200:],
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            state=RunState.READING,
            by=by,
        )
        ImportFile.objects.create(tenant=tenant, run=run, content=content)
        _ask(run, READ, by)
        return run


def confirm(run: ImportRun, *, by: User) -> ImportRun:
    """Ask for a previewed file to be written. Raises Refused("import_decided") when it does not wait for that."""
    with transaction.atomic(), tenant_scope(run.tenant_id):
        run = _locked(run)
        rules.check_may_confirm(run)
        run.state = RunState.WRITING
        _ask(run, WRITE, by)
        return run


def discard(run: ImportRun, *, by: User) -> ImportRun:
    """Drop a file that was not confirmed. Raises Refused("import_decided") when it is too late."""
    with transaction.atomic(), tenant_scope(run.tenant_id):
        run = _locked(run)
        rules.check_may_discard(run)
        run.state, run.finished_at = RunState.DISCARDED, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        ImportFile.objects.filter(run=run).update(content=b"")
        record("catalog.import_discarded", run, by=by, after={"state": run.state})
        return run


def _locked(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _ask(run: ImportRun, kind: str, by: User) -> None:
    run.job = work.enqueue(kind, tenant=run.tenant, by=by, run=run.pk, language=get_language() or "")
    run.save(update_fields=["job", "state"])
