"""What the pages of a product's drafts stand behind."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from catalog.decorators import CatalogueRequest, at_desk, changes_catalogue
from catalog.models import MasterProduct
from tenants.decorators import View


class ProductRequest(CatalogueRequest):
    """A request about one product of the catalogue."""

    product: MasterProduct


def in_product(view: Callable[..., HttpResponse]) -> View:
    """The desk's people, in the scope of their host's catalogue; a product that is not in it is 404."""

    def with_product(request: ProductRequest, product: int, *args: Any, **kwargs: Any) -> HttpResponse:
        row = MasterProduct.objects.filter(pk=product).first()
        if row is None:
            raise Http404
        row.tenant = request.tenant
        request.product = row
        return view(request, *args, **kwargs)

    reads, changes = at_desk(with_product), changes_catalogue(with_product)

    @wraps(view)
    def by_method(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (changes if request.method == "POST" else reads)(request, *args, **kwargs)

    return by_method
