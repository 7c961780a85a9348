"""The staff's desk: look products up (contract 4), see what waits for a decision."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import replace_url

from catalog.decorators import CatalogueRequest, at_desk, in_catalogue
from catalog.desk import queries
from catalog.desk.context import FieldRow
from catalog.desk.forms import ReferencesForm, SearchForm, page_of
from catalog.desk.search import Result, search
from catalog.keys import fold
from catalog.overrides.queries import open_conflicts

CONFLICTS_SHOWN = 30
LAST_CONFLICTS = 200
"""Pages of conflicts that can be turned to."""


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


@at_desk
def search_page(request: CatalogueRequest) -> HttpResponse:
    """The search; complete without a script, which asks for the same address while one types and gets its list alone."""
    form = SearchForm(request.GET)
    htmx = request.htmx  # type: ignore[attr-defined]
    is_typing = bool(htmx) and not htmx.history_restore_request
    context: dict[str, Any] = {"form": form, "tenant": request.tenant, "chosen": request.chosen, "here": "search"}
    if not form.is_valid():
        return render(request, "staff/search.html", context, status=400)
    asked = form.cleaned_data
    page = page_of(request.GET.get("page", ""))
    result = search(brand=asked["brand"], typed=asked["reference"], page=page, user=request.user)
    context |= {"result": result, "conflicts": result.conflicts, "is_typing": is_typing}
    response = render(request, "staff/found.html" if is_typing else "staff/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return replace_url(response, _address(result, request.chosen)) if is_typing else response


def _address(result: Result, chosen: str) -> str:
    """The page's address with what was typed and nothing else."""
    asked = {"brand": result.brand, "reference": result.typed, "tenant": chosen}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('catalog:search')}?{query}" if query else reverse("catalog:search")


@at_desk
def conflicts(request: CatalogueRequest) -> HttpResponse:
    """Corrections whose master was changed under them."""
    found, count = open_conflicts(), queries.conflict_count()
    last = min(max(1, -(-count // CONFLICTS_SHOWN)), LAST_CONFLICTS)
    number = min(page_of(request.GET.get("page", ""), last=LAST_CONFLICTS), last)
    rows = found[(number - 1) * CONFLICTS_SHOWN : number * CONFLICTS_SHOWN]
    context = {
        "tenant": request.tenant, "chosen": request.chosen, "here": "conflicts", "conflicts": count, "number": number, "last": last,
        "before": number - 1, "after": number + 1 if number < last else 0,
        "rows": [FieldRow(row.product, row.field, row) for row in rows],
    }  # fmt: skip
    return render(request, "staff/conflicts.html", context)
