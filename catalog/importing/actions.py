"""A file of products on its way into the catalogue: taken, looked at, mended, and then confirmed or dropped."""

import hashlib
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.importing import rules
from catalog.importing.columns import TITLES
from catalog.importing.models import HostColumns, ImportFile, ImportRun, RunState, Source
from catalog.importing.planned import REFUSED
from catalog.importing.queries import grid_to_name, kept_rows, rejected_content
from tenants.audit.actions import record
from tenants.files.grid import Columns, Grid, GridRow, key_of
from tenants.files.grid import mend as mend_row
from tenants.jobs import work
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.scope import tenant_scope

MOST_HEADERS = 30
"""Headers that are kept for a host; the one that was used longest ago goes."""
READ, WRITE = "catalog.read_csv", "catalog.write_csv"
"""The kinds of jobs; `catalog.importing.jobs` does them."""


def start_csv(tenant: Tenant, content: bytes, *, file_name: str, by: User, source: Source = Source.CSV) -> ImportRun:
    """Take a file, or a paste in UTF-8, and ask for it to be read. The run is READING; the job makes it PREVIEWED or FAILED.

    Raises Refused for what is seen at once: an empty file, or more than `rules.MOST_BYTES`.
    """
    rules.check_upload(content)
    with transaction.atomic(), tenant_scope(tenant.pk):
        run = ImportRun.objects.create(
            tenant=tenant,
            source=source,
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
        ImportFile.objects.filter(run=run).update(content=b"", grid=None, rows=None)
        record("catalog.import_discarded", run, by=by, after={"state": run.state})
        return run


def read_again(run: ImportRun, *, by: User, sheet: int | None = None, columns: Columns | None = None) -> ImportRun:
    """Read the file of a run by other columns, which are remembered for the host, or another of its sheets.

    Raises Refused("import_decided") when it is too late, "import_no_keys" when no column would name a product.
    """
    with transaction.atomic(), tenant_scope(run.tenant_id):
        run = _locked(run)
        rules.check_may_read_again(run)
        if columns is not None:
            _remember(run, columns)
        ImportFile.objects.filter(run=run).update(grid=None)
        if sheet is not None and sheet != run.sheet:
            run.sheet = sheet
            ImportFile.objects.filter(run=run).update(rows=None)
        return _read(run, by)


def mend(run: ImportRun, texts: Mapping[int, Mapping[str, str]], *, by: User) -> ImportRun:
    """Take what was typed into the cells of the preview, by row and field, and look at the file again.

    Raises Refused("import_decided") when it is too late, "import_nothing_mended" when nothing is another text than before.
    """
    with transaction.atomic(), tenant_scope(run.tenant_id):
        run = _locked(run)
        rules.check_may_confirm(run)
        kept = kept_rows(run)
        grid, rows = kept if kept is not None else (None, [])
        found = [row.grid for row in rows if row.state == REFUSED and row.grid.number in texts]
        if grid is None or not sum([mend_row(row, grid, _in_table(texts[row.number], row, grid)) for row in found]):
            raise Refused("import_nothing_mended")
        ImportFile.objects.filter(run=run).update(rows=[row.as_json() for row in rows])
        return _read(run, by)


def _in_table(texts: Mapping[str, str], row: GridRow, grid: Grid) -> dict[str, str]:
    """What was typed for columns that the row's table has."""
    there = grid.columns_of(row).values()
    return {name: text for name, text in texts.items() if name in there}


def rework(run: ImportRun, *, by: User) -> ImportRun:
    """Take the refused rows of a run as a file of their own, as many as a grid holds, so that they can be mended.

    Raises Refused("import_decided") when there are none.
    """
    content = rejected_content(run)
    if not content:
        raise Refused("import_decided", state=run.get_state_display())
    name = _("取り込めない行（%s）") % run.file_name
    return start_csv(run.tenant, content, file_name=name, by=by)


def _read(run: ImportRun, by: User) -> ImportRun:
    run.state, run.refused, run.finished_at = RunState.READING, {}, None
    run.save(update_fields=["sheet", "refused", "finished_at"])
    _ask(run, READ, by)
    return run


def _remember(run: ImportRun, columns: Columns) -> None:
    if not TITLES.is_enough(set(columns.values())):
        raise Refused("import_no_keys")
    grid = grid_to_name(run)
    if grid is None:
        raise Refused("import_decided", state=run.get_state_display())
    chosen = {"columns": columns, "used_at": timezone.now()}
    HostColumns.objects.update_or_create(tenant_id=run.tenant_id, key=key_of(grid.parts[0].titles), defaults=chosen)
    kept = HostColumns.objects.order_by("-used_at", "-pk").values_list("pk", flat=True)[:MOST_HEADERS]
    HostColumns.objects.exclude(pk__in=list(kept)).delete()


def _locked(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _ask(run: ImportRun, kind: str, by: User) -> None:
    run.job = work.enqueue(kind, tenant=run.tenant, by=by, run=run.pk, language=get_language() or "")
    run.save(update_fields=["job", "state"])
