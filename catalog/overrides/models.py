"""A correction of one field of one product."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class ProductOverride(TenantOwned):
    """What staff say instead of the master. Shown is the override, else the master value, else nothing.

    `field` is a name of `catalog.fields.FIELDS`, or `specs.` and a name within `specs`; `value` and `base` are values as
    described there. `base` is the master value that the correction was made against: when the master is changed to
    something else, `conflict_at` is set, until somebody keeps the correction or releases it.
    """

    product = models.ForeignKey("catalog.MasterProduct", on_delete=models.CASCADE, related_name="overrides")
    field = models.CharField(_("項目"), max_length=110)
    value = models.JSONField(_("修正値"))
    base = models.JSONField(_("修正時のマスター値"), null=True)
    why = models.CharField(_("理由"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("修正日時"))
    conflict_at = models.DateTimeField(_("マスター更新日時"), null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "修正")
        verbose_name_plural = pgettext_lazy("many", "修正")
        constraints = [models.UniqueConstraint(fields=["product", "field"], name="one_override_per_field")]
        indexes = [
            models.Index(
                fields=["tenant", "conflict_at"], name="override_conflicts", condition=Q(conflict_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.field}"
