"""Corrections: what holds, who saw what, and what happens when the master changes under one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.fields import FIELDS
from catalog.models import MasterProduct, ProductOverride
from catalog.overrides import rules
from catalog.overrides.actions import keep, mark_conflicts, override_field, release
from catalog.overrides.queries import open_conflicts, overrides_of
from catalog.values import as_typed, fields_of, label, master_value, printed, shown_value, shown_values
from tenants.audit.models import AuditRecord
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.scope import ScopeError, tenant_scope
from tenants.wording import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
SPECS = {"brand": "B", "price_jpy": "100", "movement": "Quartz", "色": "赤"}


@pytest.fixture
def shoe(nittai: Tenant) -> MasterProduct:
    return MasterProduct.objects.create(
        tenant=nittai, brand="B", reference="R1", name="靴", category="shoe", price_jpy=100, specs=SPECS,
        stack_height_mm=Decimal("39.5"), events_allowed=["road"], list_status="listed", valid_from=date(2026, 4, 1),
    )  # fmt: skip


def change_master(product: MasterProduct, at: datetime, **values: Any) -> int:
    MasterProduct.objects.filter(pk=product.pk).update(**values)
    return mark_conflicts([product.pk], at=at)


def refused(code: str, action: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as no:
        action()
    assert no.value.code == code
    assert say(no.value)
    return no.value


TYPED = [
    ("name", " 厚底 ", "厚底"), ("category", "spike", "spike"), ("price_jpy", "￥24,200円", 24200), ("price_jpy", "0", 0),
    ("stack_height_mm", "40", "40.0"), ("events_allowed", "トラック 競歩", ["track", "race_walk"]),
    ("list_status", "開発用シューズ", "development"), ("valid_from", "2026/5/1", "2026-05-01"),
    ("valid_until", "2026-12-31", "2026-12-31"), ("specs.movement", "自動\r\n巻き", "自動\n巻き"), ("specs.色", "青", "青"),
    ("specs.remarks", "𠮷", "𠮷"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "value"), TYPED)
def test_a_correction_holds_instead_of_the_master(
    shoe: MasterProduct, endo: User, now: datetime, field: str, text: str, value: Any
) -> None:
    before = master_value(shoe, field)
    made = override_field(shoe, field, text, by=endo, why="実測", at=now)
    assert (made.value, made.base, made.by, made.why, made.made_at) == (value, before, endo, "実測", now)
    shoe.refresh_from_db()
    assert master_value(shoe, field) == before
    assert shown_values(shoe, overrides_of([shoe.pk])[shoe.pk])[field] == value
    trail = AuditRecord.objects.get(verb="override.made")
    assert (trail.before, trail.after, trail.why) == ({field: before}, {field: value}, "実測")
    assert (trail.target_type, trail.target_id, trail.actor) == ("masterproduct", str(shoe.pk), endo)


def test_what_may_be_read_as_a_correction_is_typed_back_as_it_was_printed_in_the_input(shoe: MasterProduct) -> None:
    for field, text, value in TYPED:
        assert rules.read_value(shoe, field, text) == value
        assert rules.read_value(shoe, field, as_typed(value)) == value


WRONG = [
    ("brand", "X", "override_unknown_field"), ("reference", "X", "override_unknown_field"),
    ("specs", "X", "override_unknown_field"), ("specs.", "X", "override_unknown_field"),
    ("specs.brand", "X", "override_unknown_field"), ("specs.price_jpy", "1", "override_unknown_field"),
    ("specs.nowhere", "X", "override_unknown_field"), ("specs." + "x" * 101, "X", "override_unknown_field"),
    ("tenant_id", "1", "override_unknown_field"), ("", "1", "override_unknown_field"),
    ("name", "", "override_empty"), ("name", " \n", "override_empty"), ("price_jpy", " ", "override_empty"),
    ("events_allowed", "", "override_empty"), ("specs.movement", "", "override_empty"),
    ("name", " 靴 ", "override_same"), ("price_jpy", "100円", "override_same"), ("stack_height_mm", "39.50", "override_same"),
    ("events_allowed", "ロード", "override_same"), ("specs.movement", "Quartz", "override_same"),
    ("price_jpy", "-1", "product_yen"), ("price_jpy", "9" * 40, "product_yen"), ("stack_height_mm", "0", "product_stack"),
    ("stack_height_mm", "NaN", "product_stack"), ("valid_from", "2026-02-30", "product_date"),
    ("list_status", "good", "product_status"), ("events_allowed", "pool", "product_events"),
    ("name", "x" * 201, "product_too_long"), ("specs.movement", "x" * 1001, "product_too_long"),
    ("name", "\x00", "override_unreadable"), ("name", "\ud800", "override_unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "code"), WRONG)
def test_what_is_no_correction_is_refused_and_changes_nothing(
    shoe: MasterProduct, endo: User, now: datetime, field: str, text: str, code: str
) -> None:
    refused(code, lambda: override_field(shoe, field, text, by=endo, at=now))
    assert not ProductOverride.objects.exists()
    assert not AuditRecord.objects.exists()


@given(field=st.sampled_from([*FIELDS, "specs.movement"]), text=st.text(max_size=40))
def test_any_text_is_a_value_or_refused_in_words(field: str, text: str) -> None:
    product = MasterProduct(specs=SPECS)
    try:
        value = rules.read_value(product, field, text)
    except Refused as refusal:
        said = say(refusal)
    else:
        said = printed(field, value)
        assert rules.read_value(product, field, as_typed(value)) == value
    assert said


def test_a_released_correction_gives_the_master_back(shoe: MasterProduct, endo: User, now: datetime) -> None:
    override_field(shoe, "price_jpy", "200", by=endo, at=now)
    assert release(shoe, "price_jpy", by=endo)
    assert overrides_of([shoe.pk]) == {}
    trail = AuditRecord.objects.get(verb="override.released")
    assert (trail.before, trail.after) == ({"price_jpy": 200}, {"price_jpy": 100})
    assert not release(shoe, "price_jpy", by=endo)
    assert AuditRecord.objects.count() == 2


def test_saying_the_same_twice_changes_nothing(shoe: MasterProduct, endo: User, now: datetime) -> None:
    seen = rules.version_of(shoe, "name", None)
    for minute in range(2):
        override_field(shoe, "name", "新", by=endo, why="x", at=now + timedelta(minutes=minute), seen=seen)
    assert AuditRecord.objects.count() == 1
    assert ProductOverride.objects.get().made_at == now


def test_of_two_who_correct_the_same_field_the_second_is_told(shoe: MasterProduct, endo: User, now: datetime) -> None:
    seen = rules.version_of(shoe, "price_jpy", None)
    first = override_field(shoe, "price_jpy", "200", by=endo, at=now, seen=seen)
    no = refused("edited_meanwhile", lambda: override_field(shoe, "price_jpy", "300", by=endo, at=now, seen=seen))
    assert no.data["value"] == "200円"
    assert ProductOverride.objects.get().value == 200
    seen = rules.version_of(shoe, "price_jpy", first)
    override_field(shoe, "price_jpy", "300", by=endo, at=now, seen=seen)
    refused("edited_meanwhile", lambda: release(shoe, "price_jpy", by=endo, seen=seen))
    refused("edited_meanwhile", lambda: keep(shoe, "price_jpy", by=endo, seen=seen))


def test_what_the_master_says_since_is_seen_before_it_is_overruled(
    shoe: MasterProduct, endo: User, now: datetime
) -> None:
    seen = rules.version_of(shoe, "price_jpy", None)
    MasterProduct.objects.filter(pk=shoe.pk).update(price_jpy=150)
    refused("edited_meanwhile", lambda: override_field(shoe, "price_jpy", "300", by=endo, at=now, seen=seen))
    made = override_field(shoe, "price_jpy", "300", by=endo, at=now)
    assert made.base == 150


def test_a_master_that_changes_under_a_correction_is_a_conflict_until_somebody_decides(
    shoe: MasterProduct, endo: User, now: datetime
) -> None:
    override_field(shoe, "price_jpy", "200", by=endo, at=now)
    assert change_master(shoe, now, name="別") == 0
    later = now + timedelta(days=1)
    assert change_master(shoe, later, price_jpy=150) == 1
    assert change_master(shoe, later + timedelta(days=1), price_jpy=160) == 0
    row = open_conflicts().get()
    assert (row.conflict_at, row.value, row.base) == (later, 200, 100)
    assert AuditRecord.objects.get(verb="override.conflicted").after == {"price_jpy": 150}
    kept = keep(shoe, "price_jpy", by=endo)
    assert (kept.conflict_at, kept.value, kept.base) == (None, 200, 160)
    assert AuditRecord.objects.get(verb="override.kept").before == {"price_jpy": 100}
    assert change_master(shoe, later, price_jpy=170) == 1
    release(shoe, "price_jpy", by=endo)
    assert not open_conflicts().exists()


def test_a_correction_made_in_conflict_settles_it(shoe: MasterProduct, endo: User, now: datetime) -> None:
    override_field(shoe, "price_jpy", "200", by=endo, at=now)
    change_master(shoe, now, price_jpy=150)
    made = override_field(shoe, "price_jpy", "200", by=endo, at=now)
    assert (made.base, made.conflict_at) == (150, None)


@pytest.mark.parametrize("back_to", [100, 200])
def test_a_master_that_comes_back_or_agrees_is_no_conflict(
    shoe: MasterProduct, endo: User, now: datetime, back_to: int
) -> None:
    override_field(shoe, "price_jpy", "200", by=endo, at=now)
    change_master(shoe, now, price_jpy=150)
    assert change_master(shoe, now, price_jpy=back_to) == 0
    assert not open_conflicts().exists()
    assert AuditRecord.objects.filter(verb="override.settled").count() == 1


def test_columns_that_come_and_go_are_compared_too(shoe: MasterProduct, endo: User, now: datetime) -> None:
    override_field(shoe, "specs.movement", "自動巻き", by=endo, at=now)
    override_field(shoe, "specs.remarks", "注", by=endo, at=now)
    assert change_master(shoe, now, specs={}) == 1
    assert fields_of(MasterProduct.objects.get(), overrides_of([shoe.pk])[shoe.pk])[-2:] == [
        "specs.movement",
        "specs.remarks",
    ]
    assert change_master(shoe, now, specs={"movement": "Quartz", "remarks": None}) == 0
    assert not open_conflicts().exists()


def test_marking_many_products_costs_no_query_each(
    nittai: Tenant, endo: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = MasterProduct.objects.bulk_create(
        MasterProduct(tenant=nittai, brand="B", reference=f"R{n}", price_jpy=1) for n in range(1200)
    )
    for row in rows[:30]:
        override_field(row, "price_jpy", "2", by=endo, at=now)
    MasterProduct.objects.update(price_jpy=3)
    with django_assert_num_queries(
        6
    ):  # savepoint and release, two lists of ids, one update, one line in the trail each
        assert mark_conflicts((row.pk for row in rows), at=now) == 30
    assert AuditRecord.objects.filter(verb="override.conflicted").count() == 30


def test_corrections_of_another_host_are_neither_seen_nor_marked(
    shoe: MasterProduct, chuo: Tenant, endo: User, now: datetime
) -> None:
    override_field(shoe, "price_jpy", "200", by=endo, at=now)
    MasterProduct.objects.update(price_jpy=150)
    with tenant_scope(chuo.pk):
        assert mark_conflicts([shoe.pk], at=now) == 0
        assert overrides_of([shoe.pk]) == {}
        with pytest.raises(MasterProduct.DoesNotExist):
            override_field(shoe, "price_jpy", "300", by=endo, at=now)
        with pytest.raises(ScopeError):
            ProductOverride.objects.update(tenant=chuo)


def test_keeping_what_is_gone_is_refused(shoe: MasterProduct, endo: User, now: datetime) -> None:
    refused("override_gone", lambda: keep(shoe, "price_jpy", by=endo))


def test_values_are_said_as_people_read_them(shoe: MasterProduct) -> None:
    said = {field: printed(field, master_value(shoe, field)) for field in fields_of(shoe, {})}
    assert said == {
        "name": "靴", "category": "シューズ", "price_jpy": "100円", "stack_height_mm": "39.5 mm", "events_allowed": "ロード",
        "list_status": "承認リストに掲載", "valid_from": "2026/4/1 (水)", "valid_until": "–", "specs.movement": "Quartz",
        "specs.色": "赤",
    }  # fmt: skip
    assert [label("specs.movement"), label("specs.色"), label("price_jpy")] == ["ムーブメント", "色", "価格（円）"]
    assert printed("price_jpy", 0) == "0円"
    assert printed("events_allowed", ["gone"]) == "gone"
    assert shown_value(shoe, "specs.nowhere", None) == ""
    with pytest.raises(KeyError):
        master_value(shoe, "tenant")
