"""Clicks at the same moment: the last places of a month, one rewrite per draft. A real PostgreSQL, many connections."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from catalog.drafting import actions, quota, rules
from catalog.drafting.models import DraftMonth, DraftState, ProductDraft
from catalog.drafting.plans import drafts_a_month
from catalog.models import MasterProduct
from tenants.jobs.models import Job
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.anthropic_stand_in import StandIn, error
from tests.catalog.draft_cast import ask, rewrite, service, shoe, shoe_of, work

__all__ = ["service", "shoe"]
THREADS, LEFT = 30, 10


def together(work: Callable[[int], object]) -> Counter[str]:
    """What THREADS calls that start at the same moment came to: "done", or the code of their refusal."""
    start = Barrier(THREADS)

    def one(number: int) -> str:
        try:
            start.wait()
            work(number)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(one, range(THREADS)))


@pytest.fixture
def products(nittai: Tenant, now: datetime) -> list[MasterProduct]:
    """Thirty shoes of a host that has ten drafts left this month."""
    used = drafts_a_month(nittai.plan) - LEFT
    DraftMonth.objects.create(tenant=nittai, month=quota.month_of(now), used=used)
    return [shoe_of(nittai, f"R{number}") for number in range(THREADS)]


def counted(tenant: Tenant) -> int:
    return DraftMonth.objects.get(tenant=tenant).used


def test_thirty_clicks_on_the_last_ten_places_take_ten(
    service: StandIn, products: list[MasterProduct], nittai: Tenant, endo: User
) -> None:
    outcome = together(lambda number: ask(products[number], endo))
    assert outcome == {"done": LEFT, "draft_quota": THREADS - LEFT}
    assert counted(nittai) == drafts_a_month(nittai.plan)
    assert ProductDraft.objects.count() == Job.objects.count() == LEFT


def test_looking_first_and_counting_then_takes_more(
    service: StandIn, products: list[MasterProduct], nittai: Tenant, endo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above is worth: without the comparison in the statement all thirty pass."""
    looked = Barrier(THREADS)

    def unguarded(tenant: Tenant, *, at: datetime) -> Any:
        month = quota.month_of(at)
        if DraftMonth.objects.get(tenant=tenant).used >= drafts_a_month(tenant.plan):
            raise Refused("draft_quota")
        looked.wait()
        DraftMonth.objects.filter(tenant=tenant).update(used=F("used") + 1)
        return month

    monkeypatch.setattr(quota, "take", unguarded)
    assert together(lambda number: ask(products[number], endo)) == {"done": THREADS}
    assert counted(nittai) == drafts_a_month(nittai.plan) + THREADS - LEFT


def test_the_first_drafts_of_a_month_are_counted_exactly(service: StandIn, nittai: Tenant, now: datetime) -> None:
    """Nobody has made the month's row yet."""

    def take(number: int) -> None:
        with tenant_scope(nittai.pk):
            quota.take(nittai, at=now)

    assert together(take) == {"done": THREADS}
    assert counted(nittai) == THREADS


def test_places_given_back_while_others_are_taken_are_counted_exactly(
    service: StandIn, products: list[MasterProduct], nittai: Tenant, now: datetime
) -> None:
    def take_or_give_back(number: int) -> None:
        with tenant_scope(nittai.pk):
            if number % 2:
                quota.give_back(nittai.pk, quota.month_of(now))
            else:
                quota.take(nittai, at=now)

    before = counted(nittai)
    taken = together(take_or_give_back)["done"] - THREADS // 2
    assert counted(nittai) == before + taken - THREADS // 2


def test_thirty_clicks_on_one_product_ask_once(
    service: StandIn, shoe: MasterProduct, nittai: Tenant, endo: User
) -> None:
    assert together(lambda _: ask(shoe, endo)) == {"done": 1, "draft_waiting": THREADS - 1}
    assert (counted(nittai), Job.objects.count()) == (1, 1)


def test_thirty_clicks_on_one_draft_rewrite_it_once(
    service: StandIn, shoe: MasterProduct, nittai: Tenant, endo: User
) -> None:
    first = ask(shoe, endo)
    work()
    assert together(lambda _: rewrite(first, endo)) == {"done": 1, "draft_rewritten": THREADS - 1}
    assert (counted(nittai), ProductDraft.objects.filter(rewrites=first).count()) == (2, 1)


def test_the_database_allows_one_rewrite_when_no_rule_does(
    service: StandIn, shoe: MasterProduct, nittai: Tenant, endo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(shoe, endo)
    work()
    monkeypatch.setattr(rules, "check_may_rewrite", lambda draft: None)
    monkeypatch.setattr(rules, "check_may_ask", lambda product: None)
    assert together(lambda _: rewrite(first, endo)) == {"done": 1, "draft_rewritten": THREADS - 1}
    assert counted(nittai) == 2


def test_a_failure_that_two_workers_report_is_given_back_once(
    service: StandIn, shoe: MasterProduct, nittai: Tenant, endo: User, now: datetime
) -> None:
    service.mode = error(500, "api_error")
    draft, other = ask(shoe, endo), ask(shoe_of(nittai, "OTHER"), endo)
    kept: list[bool] = []

    def fail(number: int) -> None:
        with tenant_scope(nittai.pk):
            month = quota.month_of(now)
            kept.append(actions.keep_failure(draft, code="draft_broken", error_id="x", month=month, at=now))

    together(fail)
    assert (sum(kept), counted(nittai)) == (1, 1)
    other.refresh_from_db()
    assert other.state == DraftState.WAITING
