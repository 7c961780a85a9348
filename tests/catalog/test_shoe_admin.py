"""Shoes on the organizer's desk: facts of a product, and a host's own limits beside the built-in ones."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.models import MasterProduct, ShoeLimit
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.pageform import errors_on, form_on

PRODUCTS, LIMITS = "/admin/catalog/masterproduct/", "/admin/catalog/shoelimit/"
NEW = {"brand": "HAYATE", "reference": "HY-1", "name": "スパイク", "category": "shoe", "price_jpy": "", "list_status": "listed",
       "stack_height_mm": "39.5", "valid_from": "2027-04-01", "valid_until": "", "events_allowed": ["road", "track"]}  # fmt: skip


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def shoe(nittai: Tenant) -> MasterProduct:
    with tenant_scope(nittai.pk):
        return MasterProduct.objects.create(
            tenant=nittai,
            brand="HAYATE",
            reference="HY-1",
            category="shoe",
            events_allowed=["road"],
            stack_height_mm=Decimal("39.5"),
            specs={"コレクション": "<b>1</b>", "色": "赤"},
        )


def made() -> MasterProduct:
    return MasterProduct._base_manager.get()


def test_the_facts_of_a_shoe_are_typed_on_its_page(desk: Client) -> None:
    assert desk.post(f"{PRODUCTS}add/", NEW).status_code == 302
    row = made()
    assert row.events_allowed == ["track", "road"]
    assert (row.stack_height_mm, row.list_status) == (Decimal("39.5"), "listed")
    assert (row.valid_from, row.valid_until) == (date(2027, 4, 1), None)


def test_a_change_of_events_is_saved_alone_and_noted(desk: Client, shoe: MasterProduct) -> None:
    page = f"{PRODUCTS}{shoe.pk}/change/"
    values = form_on(desk.get(page), "brand")
    assert desk.post(page, values | {"events_allowed": ["track", "race_walk"]}).status_code == 302
    assert made().events_allowed == ["track", "race_walk"]
    record = AuditRecord.objects.get(verb="masterproduct.changed")
    assert (record.before, record.after) == ({"events_allowed": ["road"]}, {"events_allowed": ["track", "race_walk"]})


def test_saving_without_a_change_changes_nothing(desk: Client, shoe: MasterProduct) -> None:
    page = f"{PRODUCTS}{shoe.pk}/change/"
    values = form_on(desk.get(page), "brand")
    assert values["initial-events_allowed"] == "road"
    assert desk.post(page, values | {"events_allowed": ["road"]}).status_code == 302
    assert not AuditRecord.objects.filter(verb="masterproduct.changed").exists()


def test_events_that_somebody_else_changed_meanwhile_are_not_overwritten(desk: Client, shoe: MasterProduct) -> None:
    page = f"{PRODUCTS}{shoe.pk}/change/"
    values = form_on(desk.get(page), "brand") | {"events_allowed": ["track"]}
    MasterProduct._base_manager.filter(pk=shoe.pk).update(events_allowed=["cross"])
    answer = desk.post(page, values)
    assert answer.status_code == 422
    assert "編集中に他の人が" in errors_on(answer)[0]
    assert made().events_allowed == ["cross"]
    again = form_on(answer, "brand") | {"events_allowed": ["track"]}
    assert desk.post(page, again).status_code == 302
    assert made().events_allowed == ["track"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"events_allowed": ["sand"]}, {"stack_height_mm": "0"}, {"stack_height_mm": "-1"}, {"stack_height_mm": "39.55"},
        {"stack_height_mm": "9999"}, {"stack_height_mm": "x"}, {"stack_height_mm": "999.9"}, {"list_status": "perfect"},
        {"valid_until": "2027-03-31"}, {"valid_from": "2027-02-30"}, {"events_allowed": ["\x00"]},
    ],
)  # fmt: skip
def test_what_no_shoe_can_be_is_refused_beside_its_field(desk: Client, wrong: dict[str, Any]) -> None:
    answer = desk.post(f"{PRODUCTS}add/", NEW | wrong)
    assert answer.status_code == 422
    assert set(answer.context["adminform"].form.errors) == set(wrong)


def test_what_a_file_brought_along_is_shown_and_not_typed(desk: Client, shoe: MasterProduct) -> None:
    page = desk.get(f"{PRODUCTS}{shoe.pk}/change/").content.decode()
    assert "<dt>コレクション</dt><dd>&lt;b&gt;1&lt;/b&gt;</dd>" in page
    assert 'name="specs"' not in page
    assert "取り込んだままの項目" not in desk.get(f"{PRODUCTS}add/").content.decode()


LINE = {
    "event": "track",
    "most_stack_mm": "25",
    "list_needed": "on",
    "valid_from": "",
    "valid_until": "",
    "source": "要項",
}


def test_a_line_of_ones_own_is_made_from_a_builtin_one(desk: Client, nittai: Tenant) -> None:
    page = desk.get(LIMITS)
    assert "標準の規定" in page.content.decode()
    copy = page.context["built_in"][0]["copy"]
    values = form_on(desk.get(copy), "event")
    assert {name: values[name] for name in ("event", "most_stack_mm", "list_needed", "valid_from")} == {
        "event": "track",
        "most_stack_mm": "20",
        "list_needed": "on",
        "valid_from": "2024-11-01",
    }
    assert desk.post(f"{LIMITS}add/", values | {"most_stack_mm": "25"}).status_code == 302
    row = ShoeLimit._base_manager.get()
    assert (row.tenant, row.event, row.most_stack_mm, row.list_needed) == (nittai, "track", Decimal(25), True)
    assert AuditRecord.objects.filter(verb="shoelimit.added").exists()


def test_every_builtin_line_can_be_copied_as_it_is(desk: Client) -> None:
    lines = desk.get(LIMITS).context["built_in"]
    for line in lines:
        values = form_on(desk.get(line["copy"]), "event")
        assert desk.post(f"{LIMITS}add/", values).status_code == 302
    assert len(lines) == ShoeLimit._base_manager.count() == 8
    mountain = ShoeLimit._base_manager.get(event="mountain")
    assert (mountain.most_stack_mm, mountain.list_needed) == (None, False)


def test_what_holds_today_is_marked_and_an_own_line_takes_over(desk: Client, nittai: Tenant) -> None:
    def holding() -> list[str]:
        return [line["limit"].event for line in desk.get(LIMITS).context["built_in"] if line["holds"]]

    assert holding() == ["track", "road", "race_walk", "cross_spikes", "cross", "mountain"]
    assert desk.post(f"{LIMITS}add/", LINE).status_code == 302
    assert "track" not in holding()


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "sand"},
        {"most_stack_mm": "0"},
        {"most_stack_mm": "-5"},
        {"most_stack_mm": "20.05"},
        {"valid_from": "2027-05-02", "valid_until": "2027-05-01"},
        {"source": "x" * 201},
    ],
)
def test_what_no_limit_can_be_is_refused(desk: Client, wrong: dict[str, str]) -> None:
    assert desk.post(f"{LIMITS}add/", LINE | wrong).status_code == 422
    assert not ShoeLimit._base_manager.exists()


def test_another_hosts_line_is_neither_seen_nor_changed(desk: Client, chuo: Tenant) -> None:
    with across_tenants():
        theirs = ShoeLimit.objects.create(tenant=chuo, event="track", most_stack_mm=Decimal(99), source="中央の要項")
    assert "中央の要項" not in desk.get(LIMITS).content.decode()
    assert desk.get(f"{LIMITS}{theirs.pk}/change/").status_code == 404


def test_a_platform_admin_says_whose_line_it_is(client: Client, admin: User, chuo: Tenant) -> None:
    client.force_login(admin)
    assert client.get(LIMITS).status_code == 200
    assert client.post(f"{LIMITS}add/", LINE).status_code == 422
    assert client.post(f"{LIMITS}add/", LINE | {"host": chuo.pk}).status_code == 302
    assert ShoeLimit._base_manager.get().tenant == chuo


def test_staff_do_not_see_the_desk(client: Client, endo: User) -> None:
    client.force_login(endo)
    assert client.get(LIMITS).status_code == 403
