"""Drafts of a product. Everything here needs the tenant's scope."""

from django.db.models import Q, QuerySet

from catalog.drafting.models import DraftState, ProductDraft
from catalog.models import MasterProduct

WRITTEN = (DraftState.DONE, DraftState.REFUSED)
ABANDONED = Q(state=DraftState.WAITING) & (Q(job__isnull=True) | Q(job__failed_at__isnull=False))
"""Its job ended without a word about it: the worker was killed over it three times, or it fell over its own fault."""


def drafts_of(product: MasterProduct) -> QuerySet[ProductDraft]:
    """The history, the latest first, with what a line of it shows."""
    found = ProductDraft.objects.filter(product=product).select_related("job", "by", "rewrite")
    return found.order_by("-created_at", "-pk")


def waiting(product: MasterProduct) -> ProductDraft | None:
    """The draft of this product that is being written, if one is."""
    return ProductDraft.objects.filter(product=product, state=DraftState.WAITING).exclude(ABANDONED).first()


def rewrite_of(draft: ProductDraft) -> ProductDraft | None:
    """The draft that rewrites this one, if one does."""
    return ProductDraft.objects.filter(rewrites=draft).first()


def text_before(draft: ProductDraft) -> str:
    """The product's text before this one; "" when this is the first."""
    found = ProductDraft.objects.filter(product_id=draft.product_id, state__in=WRITTEN, pk__lt=draft.pk)
    return found.order_by("-created_at", "-pk").values_list("text", flat=True).first() or ""
