"""A correction and an import, or two corrections, at the same instant (requirement C5)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from catalog.desk.actions import see
from catalog.models import MasterProduct, ProductOverride, SeenProduct
from catalog.overrides.actions import mark_conflicts, override_field
from catalog.overrides.rules import version_of
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.scope import tenant_scope

PEOPLE = 8


@pytest.fixture
def product(nittai: Tenant) -> MasterProduct:
    return MasterProduct.objects.create(tenant=nittai, brand="B", reference="R", price_jpy=100)


def test_of_many_who_correct_the_same_field_at_once_one_is_heard_and_the_others_are_told(
    product: MasterProduct, endo: User, now: datetime
) -> None:
    seen, start = version_of(product, "price_jpy", None), Barrier(PEOPLE)

    def correct(number: int) -> str:
        try:
            with tenant_scope(product.tenant_id):
                start.wait()
                override_field(product, "price_jpy", str(200 + number), by=endo, at=now, seen=seen)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert Counter(pool.map(correct, range(PEOPLE))) == {"made": 1, "edited_meanwhile": PEOPLE - 1}
    assert ProductOverride.objects.count() == 1


@pytest.mark.parametrize("first", ["import", "correction"])
def test_a_correction_and_an_import_at_once_leave_no_conflict_unseen(
    product: MasterProduct, endo: User, now: datetime, first: str
) -> None:
    """Whichever holds the product first, the other waits: the correction sees the new master, or the import sees it."""
    holds, other_asked = Event(), Event()

    def import_it() -> None:
        with tenant_scope(product.tenant_id), transaction.atomic():
            wait_for(holds if first == "correction" else None, other_asked)
            MasterProduct.objects.filter(pk=product.pk).update(price_jpy=150)
            say_and_wait(first == "import", holds, other_asked)
            mark_conflicts([product.pk], at=now)
        connection.close()

    def correct() -> None:
        with tenant_scope(product.tenant_id), transaction.atomic():
            wait_for(holds if first == "import" else None, other_asked)
            override_field(product, "price_jpy", "200", by=endo, at=now)
            say_and_wait(first == "correction", holds, other_asked)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(import_it), pool.submit(correct)]:
            done.result(timeout=20)
    row = ProductOverride.objects.get()
    assert (row.base, row.conflict_at is not None) == ((150, False) if first == "import" else (100, True))


def wait_for(holds: Event | None, asked: Event) -> None:
    """Until the other holds the product; then say that the next statement is on its way."""
    if holds is not None:
        assert holds.wait(10)
        asked.set()


def say_and_wait(is_first: bool, holds: Event, asked: Event) -> None:
    if is_first:
        holds.set()
        assert asked.wait(10)


def test_a_product_opened_in_many_windows_at_once_is_seen_once(
    product: MasterProduct, endo: User, now: datetime
) -> None:
    start = Barrier(PEOPLE)

    def open_it(_: int) -> None:
        with tenant_scope(product.tenant_id):
            start.wait()
            see(product, by=endo, at=now)
        connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(open_it, range(PEOPLE)))
    assert SeenProduct.objects.count() == 1
