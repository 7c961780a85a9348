"""How long an uploaded CSV is kept that nobody confirmed."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.importing.models import ImportFile, ImportRun, RunState
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES


def _unread_files(limit: datetime, _now: datetime) -> QuerySet[ImportRun]:
    waits = Q(state__in=(RunState.PREVIEWED, RunState.READING)) | Q(state=RunState.FAILED, file__content__gt=b"")
    return ImportRun.objects.filter(waits, created_at__lt=limit)


def _dropped(rows: Sequence[ImportRun], at: datetime) -> int:
    """As when somebody drops an upload by hand."""
    runs = [row.pk for row in rows]
    ImportFile.objects.filter(run__in=runs).update(content=b"", rejected=b"", grid=None, rows=None)
    return ImportRun.objects.filter(pk__in=runs).update(state=RunState.DISCARDED, finished_at=at, sample=[])


register(
    RetentionClass(
        "import_files", _("確認されなかった商品CSV"), _("作成してから"), GOES, 7, least=1, most=90,
        overdue=_unread_files, clear=_dropped,
    )
)  # fmt: skip
