"""Master products: brand + reference, once per host."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class MasterProduct(TenantOwned):
    """One product of a host's catalogue. Brand and reference are stored trimmed and in upper case."""

    brand = models.CharField(_("ブランド"), max_length=100)
    reference = models.CharField(_("型番"), max_length=100)
    name = models.CharField(_("商品名"), max_length=200, blank=True)
    category = models.CharField(_("分類"), max_length=40, blank=True)
    price_jpy = models.PositiveIntegerField(_("価格（円）"), null=True, blank=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "商品")
        verbose_name_plural = pgettext_lazy("many", "商品")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "brand", "reference"], name="one_product_per_brand_and_reference")
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.reference}"
