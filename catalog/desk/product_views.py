"""One product on the staff's desk: what the master says, what was corrected, what holds; and the buttons for it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.decorators import CatalogueRequest, at_desk, changes_catalogue, edits_catalogue
from catalog.desk.actions import see
from catalog.desk.context import FieldRow, ProductPage, path_of
from catalog.desk.forms import OverrideForm
from catalog.desk.queries import conflict_count
from catalog.models import MasterProduct
from catalog.overrides import actions
from catalog.overrides.queries import overrides_of
from catalog.shoes.queries import verdicts_today
from catalog.values import label
from tenants.refusal import Refused
from tenants.wording import say

SEE_OTHER, UNPROCESSABLE = 303, 422
LONGEST_FIELD = 110


@at_desk
def product_page(request: CatalogueRequest, product: int) -> HttpResponse:
    """A product, field by field. `?edit=` opens the form of one field."""
    found = _product(product)
    page = _page(found, editing=request.GET.get("edit", ""))
    form = _form(page.editing) if page.editing else None
    return _show(request, page, form)


@edits_catalogue
def override(request: CatalogueRequest, product: int) -> HttpResponse:
    """Correct a field; refused, the page comes back with what was typed and the reason beside it.

    Whoever goes back to such a page, or asks for it in the other language, gets the product.
    """
    found = _product(product)
    if request.method != "POST":
        return HttpResponseRedirect(_address(request, found))
    field = _field(request)
    form = OverrideForm(request.POST, field=field)
    if form.is_valid():
        asked = {"why": form.cleaned_data["why"], "seen": request.POST.get("seen")}
        try:
            actions.override_field(found, field, form.text(), by=request.user, at=timezone.now(), **asked)
        except Refused as refusal:
            form.add_error("value", say(refusal))
        except MasterProduct.DoesNotExist:  # deleted since this request began
            raise Http404 from None
        else:
            messages.success(request, _("「%(field)s」を修正しました。") % {"field": label(field)})
            return _back(request, found, field)
    page = _page(found, editing=field)
    if page.editing is None:
        raise Http404
    return _show(request, page, _as_is_now(form, page.editing), status=UNPROCESSABLE)


@changes_catalogue
def release(request: CatalogueRequest, product: int) -> HttpResponse:
    """Let the master's value hold again."""

    def act(found: MasterProduct, field: str, seen: str | None) -> str:
        actions.release(found, field, by=request.user, seen=seen)
        return _("「%(field)s」の修正を解除しました。マスターの値が有効です。")

    return _decide(request, product, act)


@changes_catalogue
def keep(request: CatalogueRequest, product: int) -> HttpResponse:
    """Keep the correction against the master's new value."""

    def act(found: MasterProduct, field: str, seen: str | None) -> str:
        actions.keep(found, field, by=request.user, seen=seen)
        return _("「%(field)s」の修正を維持しました。")

    return _decide(request, product, act)


@changes_catalogue
def seen(request: CatalogueRequest, product: int) -> HttpResponse:
    """Remember that somebody opened the product: its page says so by itself, since opening a page changes nothing."""
    see(_product(product), by=request.user, at=timezone.now())
    return HttpResponse(status=204)


def _decide(
    request: CatalogueRequest, product: int, act: Callable[[MasterProduct, str, str | None], str]
) -> HttpResponse:
    found, field = _product(product), _field(request)
    try:
        messages.success(request, act(found, field, request.POST.get("seen")) % {"field": label(field)})
    except Refused as refusal:
        messages.error(request, say(refusal))
    except MasterProduct.DoesNotExist:
        raise Http404 from None
    return _back(request, found, field)


def _product(pk: int) -> MasterProduct:
    found = MasterProduct.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _field(request: CatalogueRequest) -> str:
    """The field of a posted form. What can be no field's name is unknown."""
    field = request.POST.get("field", "")
    if "\x00" in field or not field or len(field) > LONGEST_FIELD:
        raise Http404
    return field


def _page(product: MasterProduct, *, editing: str = "") -> ProductPage:
    return ProductPage(product, overrides_of([product.pk]).get(product.pk, {}), editing=editing)


def _form(row: FieldRow) -> OverrideForm:
    """A field's form with what holds now, and why, when that is a correction."""
    why = row.override.why if row.override else ""
    return OverrideForm(field=row.field, value=row.value, initial={"why": why, "seen": row.seen})


def _as_is_now(form: OverrideForm, row: FieldRow) -> OverrideForm:
    """The form that comes back knows the field as the page shows it now, so that sending it again overrules on
    purpose."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["seen"] = row.seen
    form.data = data
    return form


def _show(
    request: CatalogueRequest, page: ProductPage, form: OverrideForm | None, *, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "tenant": request.tenant, "chosen": request.chosen, "conflicts": conflict_count(), "page": page, "form": form,
        "product": page.product, "path": path_of(page.product.pk), "today": today,
        "verdicts": verdicts_today(page.product, page.overrides, on=today), "row_shown": request.GET.get("row", ""),
    }  # fmt: skip
    return render(request, "staff/product.html", context, status=status)


def _back(request: CatalogueRequest, product: MasterProduct, field: str) -> HttpResponse:
    """To the field on the product's page, or to the list of conflicts when that is where the button was.

    Without a fragment: a browser that has one to go to does not follow `autofocus`, which scrolls there too.
    """
    asked = {"tenant": request.chosen} if request.chosen else {}
    if request.POST.get("back") == "conflicts":
        return HttpResponseRedirect(
            f"{reverse('catalog:conflicts')}{'?' * bool(asked)}{urlencode(asked)}", status=SEE_OTHER
        )
    row = FieldRow(product, field, None).id
    return HttpResponseRedirect(_address(request, product, row=row), status=SEE_OTHER)


def _address(request: CatalogueRequest, product: MasterProduct, **asked: str) -> str:
    """The product's page, with a platform admin's choice of host."""
    query = urlencode(({"tenant": request.chosen} if request.chosen else {}) | asked)
    return f"{path_of(product.pk)}?{query}" if query else path_of(product.pk)
