"""Asking for a text, and keeping what came of it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from catalog.drafting import quota, rules
from catalog.drafting.checking.checks import Problem
from catalog.drafting.facts import product_facts
from catalog.drafting.models import DraftState, ProductDraft
from catalog.drafting.queries import ABANDONED
from catalog.models import MasterProduct
from catalog.overrides.queries import overrides_of
from tenants.audit.actions import record
from tenants.jobs.work import enqueue
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

KIND = "catalog.draft"


@retry_when_locked
@transaction.atomic
def ask(product: MasterProduct, *, tone: str, note: str, by: User, at: datetime) -> ProductDraft:
    """Count one draft and have it written by the worker. Raises Refused: no key, one is being written, none left."""
    rules.check_can_draft()
    return _begin(product, tone=tone, note=note, by=by, at=at)


@retry_when_locked
@transaction.atomic
def rewrite(draft: ProductDraft, *, tone: str, note: str, by: User, at: datetime) -> ProductDraft:
    """Have a draft written anew, once, from the facts as they are now. Raises Refused; of two clicks at once the
    second gets "draft_waiting" or "draft_rewritten"."""
    rules.check_can_draft()
    return _begin(draft.product, tone=tone, note=note, by=by, at=at, rewrites=draft)


def _begin(
    product: MasterProduct, *, tone: str, note: str, by: User, at: datetime, rewrites: ProductDraft | None = None
) -> ProductDraft:
    """The product's row is held, so that whoever asks at the same instant sees what the first one made."""
    product = MasterProduct.objects.select_for_update(of=("self",), no_key=True).get(pk=product.pk)
    _settle_abandoned(at=at)
    if rewrites is not None:
        rewrites = ProductDraft.objects.get(pk=rewrites.pk)
        rules.check_may_rewrite(rewrites)
    rules.check_may_ask(product)
    month = quota.take(product.tenant, at=at)
    facts = product_facts(product, overrides_of([product.pk]).get(product.pk, {}))
    draft = ProductDraft(
        tenant_id=product.tenant_id, product=product, tone=tone, note=note, facts=facts, rewrites=rewrites, by=by
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:  # the database has the last word on one rewrite per draft
        raise Refused("draft_rewritten") from None
    args = {"host": product.tenant_id, "draft": draft.pk, "month": month.isoformat()}
    draft.job = enqueue(KIND, tenant=product.tenant, by=by, **args)
    draft.save(update_fields=["job"])
    after = {"tone": tone, "note": note, "product": product}
    record("draft.rewrite_asked" if rewrites else "draft.asked", draft, by=by, after=after)
    return draft


def _settle_abandoned(*, at: datetime) -> None:
    """Drafts whose job ended without them: said to have failed, and given back, before anything is counted."""
    held = ProductDraft.objects.select_for_update(of=("self",), skip_locked=True).select_related("job")
    for draft in held.filter(ABANDONED).order_by("pk"):
        month = draft.job.args["month"] if draft.job else quota.month_of(draft.created_at).isoformat()
        error_id = draft.job.error_id if draft.job else ""
        _fail(draft, code="draft_crashed", error_id=error_id, month=date.fromisoformat(month), at=at)


@transaction.atomic
def keep_text(
    draft: ProductDraft, *, text: str, problems: Sequence[Problem], similarity: int | None, at: datetime
) -> bool:
    """The text as it came; with problems it is in question. False when another run of the job was faster."""
    row = _held(draft)
    if row is None:
        return False
    row.text, row.problems, row.similarity, row.finished_at = text, [list(each) for each in problems], similarity, at
    row.state = DraftState.REFUSED if problems else DraftState.DONE
    row.save(update_fields=["text", "problems", "similarity", "finished_at", "state"])
    codes = sorted({each.code for each in problems})
    after = {"state": row.state, "problems": codes, "similarity": similarity}
    record("draft.questioned" if problems else "draft.written", row, by=None, after=after)
    return True


@transaction.atomic
def keep_failure(draft: ProductDraft, *, code: str, error_id: str, month: date, at: datetime) -> bool:
    """No text came: the place is given back in the same transaction. False when another run of the job was faster."""
    row = _held(draft)
    if row is None:
        return False
    _fail(row, code=code, error_id=error_id, month=month, at=at)
    return True


def _held(draft: ProductDraft) -> ProductDraft | None:
    """The draft, locked, while it still waits."""
    row = ProductDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    return row if row.state == DraftState.WAITING else None


def _fail(draft: ProductDraft, *, code: str, error_id: str, month: date, at: datetime) -> None:
    """A rewrite that failed frees its draft for another one."""
    draft.state, draft.error_code, draft.error_id, draft.finished_at = DraftState.FAILED, code, error_id, at
    draft.rewrites = None
    draft.save(update_fields=["state", "error_code", "error_id", "finished_at", "rewrites"])
    quota.give_back(draft.tenant_id, month)
    record("draft.failed", draft, by=None, after={"error_code": code, "error_id": error_id})
