"""What somebody looked at. Nobody's decision, so it leaves no line in the trail."""

from datetime import datetime

from django.db import transaction

from catalog.desk.queries import SEEN_SHOWN
from catalog.models import MasterProduct, SeenProduct
from tenants.models import User


@transaction.atomic
def see(product: MasterProduct, *, by: User, at: datetime) -> None:
    """Remember that this product was opened, and forget what was opened long before."""
    row = SeenProduct(tenant_id=product.tenant_id, user=by, product=product, seen_at=at)
    SeenProduct.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["user", "product"], update_fields=["seen_at"]
    )
    kept = SeenProduct.objects.filter(user=by).order_by("-seen_at", "-pk").values_list("pk", flat=True)[:SEEN_SHOWN]
    SeenProduct.objects.filter(user=by).exclude(pk__in=list(kept)).delete()
