"""Who may look at drafts and when one may be asked for."""

from catalog.drafting import queries, service
from catalog.drafting.models import ProductDraft
from catalog.models import MasterProduct
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped


def check_can_draft() -> None:
    """Raises Refused when this site has no key, or not the optional requirement, or while drafting is stopped."""
    check_not_stopped(Function.DRAFTING)
    missing = service.why_not()
    if missing:
        raise Refused(missing)


def check_may_ask(product: MasterProduct) -> None:
    """One text of a product at a time, so that a double click asks once. Raises Refused("draft_waiting")."""
    if queries.waiting(product) is not None:
        raise Refused("draft_waiting")


def check_may_rewrite(draft: ProductDraft) -> None:
    """A draft with a text is rewritten once, and what came of that no more. Raises Refused."""
    if draft.rewrites_id is not None:
        raise Refused("draft_is_rewrite")
    if queries.rewrite_of(draft) is not None:
        raise Refused("draft_rewritten")
    if draft.state not in queries.WRITTEN:
        raise Refused("draft_unfinished")
