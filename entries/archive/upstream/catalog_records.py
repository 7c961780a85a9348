"""What of the catalogue is a person's: what they looked at, and texts of a host's staff. Products are nobody's."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.desk.models import SeenProduct
from catalog.drafting.models import DraftMonth, ProductDraft
from catalog.importing.models import ImportFile, ImportRun, RunState
from catalog.models import BrandCount, MasterProduct, ShoeLimit
from catalog.overrides.models import ProductOverride
from entries.records.coverage import holds_nothing, is_part_of
from entries.records.free_text_columns import register_text
from entries.records.person import Person
from entries.records.traces import Trace, register_traces, register_words, whole
from tenants.models import User
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES


def _seen(person: Person) -> Iterator[Trace]:
    for seen in SeenProduct.objects.filter(user__in=person.of(User)).order_by("pk"):
        yield whole(seen, None)


def _unread_files(limit: datetime, _now: datetime) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(state__in=(RunState.PREVIEWED, RunState.READING), created_at__lt=limit)


def _dropped(rows: Sequence[ImportRun], at: datetime) -> int:
    """As when somebody drops an upload by hand."""
    runs = [row.pk for row in rows]
    ImportFile.objects.filter(run__in=runs).update(content=b"", rejected=b"")
    return ImportRun.objects.filter(pk__in=runs).update(state=RunState.DISCARDED, finished_at=at, sample=[])


register_traces(SeenProduct, _seen, position=160)
register_words(SeenProduct, _("最近見た商品"), _("削除します"))
register_text(ProductOverride, "why", title=_("商品の修正理由"), position=110)
register_text(ProductDraft, "note", "text", title=_("商品文"), position=120)
register_text(ImportRun, "file_name", title=_("商品の取り込み"), position=130)
is_part_of(ImportFile, ImportRun)
holds_nothing(MasterProduct, because="it describes a product")
holds_nothing(BrandCount, because="it counts products of a brand")
holds_nothing(ShoeLimit, because="it is a limit of the rules and where they say so")
holds_nothing(DraftMonth, because="it counts a host's drafts of a month")
register(
    RetentionClass(
        "import_files", _("確認されなかった商品CSV"), _("作成してから"), GOES, 7, least=1, most=90,
        overdue=_unread_files, clear=_dropped,
    )
)  # fmt: skip
