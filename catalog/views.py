"""The staff's desk: look a product up by brand and reference (contract, section 4)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import queries, rules
from catalog.forms import REFERENCES_SHOWN, ReferencesForm, SearchForm
from catalog.keys import fold
from tenants.doors import UserRequest, View, signed_in
from tenants.middleware import enter_scope
from tenants.models import Tenant


class CatalogueRequest(UserRequest):
    """A request about one host's catalogue; `tenant` is None while a platform admin has chosen none."""

    tenant: Tenant | None


def in_catalogue(view: Callable[..., HttpResponse]) -> View:
    """Staff, organizers and platform admins, in the scope of their host's catalogue; 403 for everyone else."""

    @require_safe
    @signed_in
    @wraps(view)
    def with_tenant(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            tenant = rules.catalogue_of(request.user, chosen=request.GET.get("tenant", ""))  # type: ignore[arg-type]
        except Tenant.DoesNotExist:
            raise Http404 from None
        request.tenant = tenant  # type: ignore[attr-defined]
        if tenant is not None:
            enter_scope(request, tenant.pk)
        return view(request, *args, **kwargs)

    return with_tenant


@in_catalogue
def references(request: CatalogueRequest) -> HttpResponse:
    """References of a brand as JSON. `count` is how many there are, `items` the first `limit` of them."""
    form = ReferencesForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    if request.tenant is None:
        text = _("主催団体を選んでください。例: ?tenant=tenant-a")
        return JsonResponse({"errors": {"tenant": [{"message": text, "code": "required"}]}}, status=400)
    asked = form.cleaned_data
    found = queries.products(brand=asked["brand"], prefix=asked["q"])
    rows, count = queries.first_of(found, asked["limit"])
    return JsonResponse({"brand": fold(asked["brand"]), "count": count, "items": [row.reference for row in rows]})


@in_catalogue
def search(request: CatalogueRequest) -> HttpResponse:
    """The search page; complete without a script, which only adds suggestions while typing."""
    form = SearchForm(request.GET)
    context: dict[str, Any] = {"form": form, "tenant": request.tenant}
    if request.tenant is None:
        return render(request, "staff/choose_tenant.html", {"tenants": Tenant.objects.order_by("name", "pk")})
    if form.is_valid():
        context |= _found(form.cleaned_data["brand"], form.cleaned_data["reference"])
    return render(request, "staff/search.html", context, status=200 if form.is_valid() else 400)


def _found(brand: str, reference: str) -> dict[str, Any]:
    """What the page shows for what was typed; brands that begin so when the brand is not whole yet."""
    brands = queries.brand_counts(prefix=brand)
    whole = next(((name, count) for name, count in brands if name == fold(brand)), None)
    context: dict[str, Any] = {"brands": brands, "brand": fold(brand), "reference": fold(reference), "whole": whole}
    if whole:
        found = queries.products(brand=brand, prefix=reference)
        context["products"], context["count"] = queries.first_of(found, REFERENCES_SHOWN)
        context["product"] = queries.product(brand=brand, reference=reference) if reference else None
    elif brand and not brands:
        context["all_brands"] = queries.brand_counts()
    return context
