"""Master products: brand + reference, once per host."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.shoes.events import SHOE, ListStatus
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class MasterProduct(TenantOwned):
    """One product of a host's catalogue. Brand and reference are stored trimmed and in upper case (`catalog.keys.fold`).

    `specs` holds, verbatim and as text, every column of the source that has no field here, and all columns of an old
    SQLite file. On PostgreSQL brand and reference have the collation "C" (migration 0003), so that the unique key also
    serves prefixes and their order.
    """

    brand = models.CharField(_("ブランド"), max_length=100)
    reference = models.CharField(_("型番"), max_length=100)
    name = models.CharField(_("商品名"), max_length=200, blank=True)
    category = models.CharField(_("分類"), max_length=40, blank=True, help_text=_("シューズは shoe と入力します。"))
    price_jpy = models.PositiveIntegerField(_("価格（円）"), null=True, blank=True)
    specs = models.JSONField(_("その他の項目"), default=dict, db_default={}, blank=True)
    stack_height_mm: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        _("靴底の厚さ（mm）"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    events_allowed = models.JSONField(_("使用できる種目"), default=list, db_default=[], blank=True)
    list_status = models.CharField(
        _("WAリスト区分"), max_length=20, choices=ListStatus, blank=True, default="", db_default=""
    )
    valid_from: "models.DateField[date | None, date | None]" = models.DateField(_("使用開始日"), null=True, blank=True)
    valid_until: "models.DateField[date | None, date | None]" = models.DateField(
        _("使用終了日"), null=True, blank=True, help_text=_("この日まで使えます。")
    )

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "商品")
        verbose_name_plural = pgettext_lazy("many", "商品")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "brand", "reference"], name="one_product_per_brand_and_reference"
            ),
            models.CheckConstraint(
                condition=Q(stack_height_mm__isnull=True) | Q(stack_height_mm__gt=0), name="stack_height_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.reference}"


class BrandCount(TenantOwned):
    """How many products a brand has. Kept by triggers (migration 0003), so that it is right whoever writes products."""

    brand = models.CharField(_("ブランド"), max_length=100)
    products = models.PositiveIntegerField(_("商品数"))

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "brand"], name="one_count_per_brand")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.products}"


from catalog.desk.models import SeenProduct  # noqa: E402 - rooms refer to MasterProduct
from catalog.drafting.models import DraftMonth, ProductDraft  # noqa: E402
from catalog.importing.models import HostColumns, ImportFile, ImportRun  # noqa: E402
from catalog.overrides.models import ProductOverride  # noqa: E402
from catalog.shoes.models import ShoeLimit  # noqa: E402

__all__ = [
    "SHOE",
    "BrandCount", "DraftMonth", "HostColumns", "ImportFile", "ImportRun", "MasterProduct", "ProductDraft", "ProductOverride",
    "SeenProduct", "ShoeLimit",
]  # fmt: skip
