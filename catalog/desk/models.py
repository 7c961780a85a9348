"""Which products somebody opened last: the staff's way back to them."""

from django.conf import settings
from django.db import models

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class SeenProduct(TenantOwned):
    """A product that a person opened, for the list of what was seen last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("catalog.MasterProduct", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "product"], name="one_line_per_seen_product")]
        indexes = [models.Index(fields=["user", "-seen_at"], name="seen_last")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.product_id}"
