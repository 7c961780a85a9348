"""What staff find in the catalogue. Everything here needs the tenant's scope."""

from django.db.models import Count, QuerySet

from catalog.keys import fold
from catalog.models import MasterProduct

BRANDS_SHOWN = 100


def products(*, brand: str, prefix: str = "") -> QuerySet[MasterProduct]:
    """Products of a brand, by reference; with `prefix` those whose reference begins so. Both are folded here."""
    found = MasterProduct.objects.filter(brand=fold(brand)).order_by("reference", "pk")
    return found.filter(reference__startswith=fold(prefix)) if prefix else found


def product(*, brand: str, reference: str) -> MasterProduct | None:
    """The product with this key, if there is one."""
    return MasterProduct.objects.filter(brand=fold(brand), reference=fold(reference)).first()


def brand_counts(*, prefix: str = "") -> list[tuple[str, int]]:
    """(brand, how many products), by brand; with `prefix` the brands that begin so."""
    brands = MasterProduct.objects.values("brand").annotate(count=Count("pk")).order_by("brand")
    if prefix:
        brands = brands.filter(brand__startswith=fold(prefix))
    return list(brands.values_list("brand", "count")[:BRANDS_SHOWN])


def first_of(found: QuerySet[MasterProduct], limit: int) -> tuple[list[MasterProduct], int]:
    """The first rows and how many there are in all, which costs a query only when there are more."""
    rows = list(found[:limit])
    return rows, len(rows) if len(rows) < limit else found.count()
