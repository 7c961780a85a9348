"""What of the catalogue is a person's: what they looked at, and texts of a host's staff. Products are nobody's."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from catalog.desk.models import SeenProduct
from catalog.drafting.models import DraftMonth, ProductDraft
from catalog.importing.models import HostColumns, ImportFile, ImportRun
from catalog.models import BrandCount, MasterProduct, ShoeLimit
from catalog.overrides.models import ProductOverride
from entries.records.coverage import holds_nothing, is_part_of
from entries.records.free_text_columns import register_text
from entries.records.person import Person
from entries.records.traces import Trace, register_traces, register_words, whole
from tenants.models import User


def _seen(person: Person) -> Iterator[Trace]:
    for seen in SeenProduct.objects.filter(user__in=person.of(User)).order_by("pk"):
        yield whole(seen, None)


register_traces(SeenProduct, _seen, position=160)
register_words(SeenProduct, _("最近見た商品"), _("削除します"))
register_text(ProductOverride, "why", title=_("商品の修正理由"), position=110)
register_text(ProductDraft, "note", "text", title=_("商品文"), position=120)
register_text(ImportRun, "file_name", title=_("商品の取り込み"), position=130)
is_part_of(ImportFile, ImportRun)
holds_nothing(MasterProduct, because="it describes a product")
holds_nothing(HostColumns, because="it says which column of a file is what, by the digest of its header")
holds_nothing(BrandCount, because="it counts products of a brand")
holds_nothing(ShoeLimit, because="it is a limit of the rules and where they say so")
holds_nothing(DraftMonth, because="it counts a host's drafts of a month")
