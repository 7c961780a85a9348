"""Drafts of a product: ask for a text, wait for it, read it beside the facts, have it written anew. Nothing here waits
for the service: the worker does."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.drafting import actions, queries, quota, service
from catalog.drafting.context import DraftPage, shown
from catalog.drafting.decorators import ProductRequest, in_product
from catalog.drafting.facts import product_facts
from catalog.drafting.forms import AskForm, RewriteForm
from catalog.drafting.models import ProductDraft
from catalog.models import MasterProduct
from catalog.overrides.queries import open_conflicts, overrides_of
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.wording import stopped_notice
from tenants.wording import say

SEE_OTHER = 303
PER_PAGE = 20
MOST_PAGE = 1000


@in_product
def drafts(request: ProductRequest) -> HttpResponse:
    """The latest draft with the history, and the form for the next one."""
    if request.method != "POST":
        return _page(request)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, ask=form)
    try:
        made = actions.ask(request.product, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refused as refusal:
        if refusal.code == "draft_waiting":  # a second click, or a colleague's: the page shows what is being written
            return _to(request)
        return _page(request, ask=form, said=say(refusal))
    return _to(request, made)


@in_product
@require_safe
def draft(request: ProductRequest, draft: int) -> HttpResponse:
    return _page(request, current=_draft(request, draft))


@in_product
@require_safe
def state(request: ProductRequest, draft: int) -> HttpResponse:
    """How far a draft is, for the page that waits; tells the page to load anew when there is nothing to wait for."""
    page = DraftPage(_draft(request, draft), at=timezone.now())
    if not page.is_waiting:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "staff/drafts/wait.html", {"now": page})


@in_product
@require_POST
def rewrite(request: ProductRequest, draft: int) -> HttpResponse:
    """Have a draft written anew, once."""
    current = _draft(request, draft)
    form = RewriteForm(request.POST, auto_id="id_rewrite_%s")
    if not form.is_valid():
        return _page(request, current=current, rewrite=form)
    try:
        made = actions.rewrite(current, **form.cleaned_data, by=request.user, at=timezone.now())
    except Refused as refusal:
        return _page(request, current=_draft(request, draft), rewrite=form, said=say(refusal))
    return _to(request, made)


def _draft(request: ProductRequest, pk: int) -> ProductDraft:
    found = queries.drafts_of(request.product).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to(request: ProductRequest, made: ProductDraft | None = None) -> HttpResponse:
    """To the page of what was made, else to the product's latest; a platform admin's choice of host goes along."""
    name, ids = ("catalog:draft", [request.product.pk, made.pk]) if made else ("catalog:drafts", [request.product.pk])
    query = f"?{urlencode({'tenant': request.chosen})}" if request.chosen else ""
    return HttpResponseRedirect(reverse(name, args=ids) + query, status=SEE_OTHER)


def _page(
    request: ProductRequest,
    *,
    current: ProductDraft | None = None,
    ask: AskForm | None = None,
    rewrite: RewriteForm | None = None,
    said: str = "",
) -> HttpResponse:
    """The page; with a form that was sent or a reason for not doing it, as 422."""
    at, number = timezone.now(), _page_number(request)
    rows = list(queries.drafts_of(request.product)[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    latest = current or (rows[0] if rows and number == 1 else None)
    now = DraftPage(latest, at=at) if latest else None
    missing, history = service.why_not(), [DraftPage(row, at=at) for row in rows[:PER_PAGE]]
    values: dict[str, Any] = {
        "conflicts": open_conflicts().count(), "tenant": request.tenant, "chosen": request.chosen,
        "product": request.product, "now": now, "said": said,
        "facts": now.facts if now else _facts(request), "quota": quota.quota_of(request.tenant, at=at),
        "missing": stopped_notice(Function.DRAFTING) or (say(Refused(missing)) if missing else ""), "ask": ask or AskForm(),
        "rewrite": rewrite or (_rewrite_form(now) if now and now.may_be_rewritten else None),
        "is_rewrite_open": rewrite is not None, "history": history,
        "waiting": any(page.is_waiting for page in history),
        **_paths(request.product, now), "number": number, "before": number - 1,
        "after": number + 1 if len(rows) > PER_PAGE else 0,
    }  # fmt: skip
    return render(request, "staff/drafts/page.html", values, status=422 if said or ask or rewrite else 200)


def _paths(product: MasterProduct, now: DraftPage | None) -> dict[str, str]:
    """Addresses that the page links to."""
    found = {
        name: reverse(f"catalog:{to}", args=[product.pk])
        for name, to in (("path", "drafts"), ("product_path", "product"))
    }
    if now is not None:
        ids = [product.pk, now.draft.pk]
        names = {"own_path": "draft", "state_path": "draft_state", "rewrite_path": "draft_rewrite"}
        found |= {key: reverse(f"catalog:{name}", args=ids) for key, name in names.items()}
        others = {"original": now.draft.rewrites_id, "rewritten": now.rewrite.pk if now.rewrite else None}
        found |= {key: reverse("catalog:draft", args=[product.pk, pk]) for key, pk in others.items() if pk}
    return found


def _facts(request: ProductRequest) -> list[Any]:
    """What the model would be told now."""
    product = request.product
    return list(shown(product_facts(product, overrides_of([product.pk]).get(product.pk, {}))))


def _rewrite_form(now: DraftPage) -> RewriteForm:
    return RewriteForm(initial={"tone": now.draft.tone}, auto_id="id_rewrite_%s")


def _page_number(request: ProductRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
