"""Corrections of products. Everything here needs the tenant's scope."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from catalog.models import MasterProduct, ProductOverride


def overrides_of(product_ids: Iterable[int]) -> dict[int, dict[str, ProductOverride]]:
    """Corrections by product and field, in one query; products without any are missing. For the products of a page."""
    found: dict[int, dict[str, ProductOverride]] = defaultdict(dict)
    for override in ProductOverride.objects.filter(product_id__in=list(product_ids)).select_related("by"):
        found[override.product_id][override.field] = override
    return dict(found)


def open_conflicts() -> QuerySet[ProductOverride]:
    """Corrections whose master was changed under them, the latest first."""
    found = ProductOverride.objects.filter(conflict_at__isnull=False)
    return found.select_related("product", "by").order_by("-conflict_at", "pk")


def override_of(product: MasterProduct, field: str) -> ProductOverride | None:
    """The correction of one field."""
    return ProductOverride.objects.filter(product=product, field=field).first()
