"""What tests of drafts share: a site with a key, a stand-in of the service, a shoe, and a worker."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.drafting import actions
from catalog.drafting.models import ProductDraft
from catalog.models import MasterProduct
from tenants.jobs.work import claim, run
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.anthropic_stand_in import StandIn

KEY = "sk-ant-KEYCANARY"


@pytest.fixture
def service(settings: Settings) -> Iterator[StandIn]:
    """The service, answering a good text; the site has a key for it."""
    with StandIn() as stand_in:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = KEY, stand_in.url
        settings.CATALOG_DRAFT_MODEL = "model-of-the-stand-in"
        yield stand_in


def shoe_of(tenant: Tenant, reference: str = "1013A124", **fields: Any) -> MasterProduct:
    """A shoe with a name, a price and a sole."""
    values = {"brand": "ASICS", "name": "METASPEED", "category": "shoe", "price_jpy": 24200, "stack_height_mm": Decimal("39.5"),
              "events_allowed": ["track", "road"], "list_status": "listed", **fields}  # fmt: skip
    with tenant_scope(tenant.pk):
        return MasterProduct.objects.create(tenant=tenant, reference=reference, **values)


@pytest.fixture
def shoe(nittai: Tenant) -> MasterProduct:
    """Nittai's shoe."""
    return shoe_of(nittai)


def ask(product: MasterProduct, by: User, **fields: Any) -> ProductDraft:
    """Ask for a text, in the product's scope."""
    with tenant_scope(product.tenant_id):
        return actions.ask(product, **{"tone": "plain", "note": "", "at": timezone.now(), **fields}, by=by)


def rewrite(draft: ProductDraft, by: User, note: str = "短く") -> ProductDraft:
    """Ask for it to be written anew."""
    with tenant_scope(draft.tenant_id):
        return actions.rewrite(draft, tone="polite", note=note, by=by, at=timezone.now())


def work() -> int:
    """Do every job that is due, as the worker does; how many there were."""
    done = 0
    while job := claim(at=timezone.now()):
        run(job)
        done += 1
    return done


def again(draft: ProductDraft) -> ProductDraft:
    """The row as it is now."""
    with tenant_scope(draft.tenant_id):
        return ProductDraft.objects.select_related("job").get(pk=draft.pk)
