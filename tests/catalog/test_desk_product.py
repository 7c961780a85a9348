"""A product's page: values side by side, corrections by form, conflicts, and who may."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from catalog.models import MasterProduct, ProductOverride, SeenProduct
from catalog.overrides.actions import mark_conflicts, override_field
from catalog.overrides.rules import version_of
from tenants.audit.models import AuditRecord
from tenants.models import Tenant, User
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
SPECS = {"brand": "b", "movement": "Quartz", "remarks": "一行目\n二行目", "<b>": "<i>x</i>"}
BUTTONS = ("override", "release", "keep", "seen")


@pytest.fixture
def shoe(nittai: Tenant) -> MasterProduct:
    with tenant_scope(nittai.pk):
        return MasterProduct.objects.create(
            tenant=nittai, brand="B", reference="R1", name="靴", category="shoe", price_jpy=100, specs=SPECS
        )


@pytest.fixture
def as_endo(client: Client, endo: User) -> Client:
    client.force_login(endo)
    return client


@pytest.fixture
def path(shoe: MasterProduct) -> str:
    return f"/staff/products/{shoe.pk}"


@pytest.fixture
def conflict(shoe: MasterProduct, endo: User, now: datetime) -> ProductOverride:
    with tenant_scope(shoe.tenant_id):
        made = override_field(shoe, "price_jpy", "200", by=endo, why="値札", at=now)
        MasterProduct.objects.filter(pk=shoe.pk).update(price_jpy=150)
        assert mark_conflicts([shoe.pk], at=now) == 1
        return made


def overrides() -> list[tuple[str, Any]]:
    return list(ProductOverride._base_manager.order_by("field").values_list("field", "value"))


def page_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def seen_of(page: str, field: str) -> str:
    """The hidden word of the form of this field."""
    form = page.split(f'name="field" value="{field}"')[0].rpartition("<form")[2] + page.split(f'value="{field}"')[1]
    return form.split('name="seen" value="')[1].split('"')[0]


def test_a_shoe_s_category_is_said_in_words(as_endo: Client, path: str) -> None:
    page = as_endo.get(path).content.decode()
    assert "シューズ" in page
    assert not re.search(r">\s*shoe\s*<", page)


def test_master_correction_and_what_holds_stand_side_by_side(as_endo: Client, path: str, shoe: MasterProduct) -> None:
    assert (
        as_endo.post(f"{path}/override", {"field": "price_jpy", "value": "￥2,400", "why": "値札"}).status_code == 303
    )
    page = page_of(as_endo, path)
    row = page.split('id="row-price_jpy"')[1].split("</tr>")[0]
    assert [row.index(text) for text in ("100円", "2,400円", "endo", "理由: 値札")] == sorted(
        row.index(text) for text in ("100円", "2,400円", "endo", "理由: 値札")
    )
    assert '<strong class="value">2,400円</strong>' in row
    assert escape("<i>x</i>") in page
    assert "<i>x</i>" not in page
    assert "ムーブメント" in page


def test_saving_leads_back_to_the_field_with_a_word_of_it(as_endo: Client, path: str) -> None:
    answer = as_endo.post(f"{path}/override", {"field": "specs.movement", "value": "自動巻き"}, follow=True)
    where, status = answer.redirect_chain[0]
    assert status == 303
    assert where.startswith(f"{path}?row=x")
    page = answer.content.decode()
    assert f'id="row-{where.rpartition("=")[2]}"' in page
    assert "「ムーブメント」を修正しました。" in page
    assert page.count("autofocus") == 1


@pytest.mark.parametrize(
    ("field", "kind"),
    [("name", 'type="text"'), ("price_jpy", 'inputmode="decimal"'), ("events_allowed", 'type="checkbox"'),
     ("list_status", "<select"), ("valid_from", 'type="date"'), ("specs.remarks", "<textarea"), ("specs.<b>", "input"),
     ("specs.buckle", 'type="text"')],
)  # fmt: skip
def test_each_field_has_the_input_that_suits_it(as_endo: Client, path: str, field: str, kind: str) -> None:
    page = as_endo.get(path, {"edit": field}).content.decode()
    form = page.split("/override")[1].split("</form>")[0]
    assert kind in form
    assert f'name="field" value="{escape(field)}"' in form
    assert f"{path}/override" not in page_of(as_endo, path)


@pytest.mark.parametrize("field", ["brand", "specs.brand", "specs.nowhere", "tenant", "x" * 500, "\ud7ff"])
def test_what_is_no_field_has_no_form(as_endo: Client, path: str, field: str) -> None:
    assert "/override" not in as_endo.get(path, {"edit": field}).content.decode()
    assert as_endo.post(f"{path}/override", {"field": field, "value": "1"}).status_code == 404
    assert overrides() == []


def test_kinds_of_race_are_ticked(as_endo: Client, path: str) -> None:
    as_endo.post(f"{path}/override", {"field": "events_allowed", "value": ["road", "track"]})
    assert overrides() == [("events_allowed", ["track", "road"])]
    page = as_endo.get(path, {"edit": "events_allowed"}).content.decode()
    assert page.count("checked") == 2


WRONG = [
    ("price_jpy", "安い"), ("price_jpy", ""), ("price_jpy", "100"), ("price_jpy", "9" * 30), ("name", "x" * 201),
    ("stack_height_mm", "40.55"), ("list_status", "bad"), ("events_allowed", "pool"), ("valid_from", "2026-02-30"),
    ("specs.movement", "x" * 1001), ("name", "\x00"), ("name", " "),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text"), WRONG)
def test_what_cannot_be_is_said_beside_the_input_and_kept(as_endo: Client, path: str, field: str, text: str) -> None:
    answer = as_endo.post(f"{path}/override", {"field": field, "value": text, "why": "なぜなら"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_override_value_error"' in page
    assert "なぜなら" in page
    assert not text.strip("\x00 ") or text in page or field in ("list_status", "events_allowed")
    assert overrides() == []


def test_going_back_to_a_refused_form_leads_to_the_product(
    client: Client, admin: User, as_endo: Client, path: str
) -> None:
    assert as_endo.get(f"{path}/override?lang=en")["Location"] == path
    client.force_login(admin)
    assert client.get(f"{path}/override?tenant=nittai")["Location"] == f"{path}?tenant=nittai"
    assert client.get(f"{path}/release?tenant=nittai").status_code == 405


def test_of_two_who_save_the_same_field_the_second_sees_the_first(as_endo: Client, path: str) -> None:
    seen = seen_of(as_endo.get(path, {"edit": "price_jpy"}).content.decode(), "price_jpy")
    mine = {"field": "price_jpy", "seen": seen, "value": "200"}
    assert as_endo.post(f"{path}/override", mine).status_code == 303
    assert as_endo.post(f"{path}/override", mine).status_code == 303
    answer = as_endo.post(f"{path}/override", mine | {"value": "300"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "現在の値: 200円" in page
    assert 'value="300"' in page
    assert overrides() == [("price_jpy", 200)]
    again = mine | {"value": "300", "seen": seen_of(page, "price_jpy")}
    assert as_endo.post(f"{path}/override", again).status_code == 303
    assert overrides() == [("price_jpy", 300)]


def test_a_correction_is_released(as_endo: Client, path: str) -> None:
    as_endo.post(f"{path}/override", {"field": "price_jpy", "value": "200"})
    page = page_of(as_endo, path)
    assert "data-confirm" in page
    for _ in range(2):
        answer = as_endo.post(f"{path}/release", {"field": "price_jpy", "seen": ""}, follow=True)
        assert answer.status_code == 200
    assert overrides() == [("price_jpy", 200)]
    seen = seen_of(page, "price_jpy")
    for _ in range(2):
        assert as_endo.post(f"{path}/release", {"field": "price_jpy", "seen": seen}).status_code == 303
    assert overrides() == []
    assert AuditRecord.objects.filter(verb="override.released").count() == 1


def test_a_conflict_is_shown_on_every_page_of_the_desk_and_settled_either_way(
    as_endo: Client, path: str, conflict: ProductOverride, now: datetime
) -> None:
    for address in (path, "/staff/conflicts", "/staff/search?brand=B"):
        assert 'tabs__count">1件' in page_of(as_endo, address)
    page = page_of(as_endo, "/staff/conflicts")
    for text in ("100円", "150円", "200円", "値札", path):
        assert text in page
    seen = seen_of(page, "price_jpy")
    answer = as_endo.post(f"{path}/keep", {"field": "price_jpy", "seen": seen, "back": "conflicts"})
    assert answer["Location"] == "/staff/conflicts"
    assert "確認が必要な項目はありません" in page_of(as_endo, "/staff/conflicts")
    conflict.refresh_from_db()
    assert (conflict.base, conflict.value) == (150, 200)
    with tenant_scope(conflict.tenant_id):
        MasterProduct.objects.update(price_jpy=160)
        mark_conflicts([conflict.product_id], at=now)
    seen = seen_of(page_of(as_endo, path), "price_jpy")
    as_endo.post(f"{path}/release", {"field": "price_jpy", "seen": seen})
    assert overrides() == []


def test_what_the_master_says_since_is_looked_at_before_the_correction_is_kept(
    as_endo: Client, path: str, conflict: ProductOverride
) -> None:
    seen = seen_of(page_of(as_endo, path), "price_jpy")
    MasterProduct._base_manager.update(price_jpy=170)
    answer = as_endo.post(f"{path}/keep", {"field": "price_jpy", "seen": seen}, follow=True)
    assert "他の人が" in answer.content.decode()
    conflict.refresh_from_db()
    assert conflict.conflict_at is not None


def test_keeping_what_somebody_released_is_told(as_endo: Client, path: str) -> None:
    answer = as_endo.post(f"{path}/keep", {"field": "price_jpy"}, follow=True)
    assert "すでに解除されています" in answer.content.decode()


def test_a_product_that_is_edited_on_the_organizers_desk_marks_its_corrections(
    client: Client, aoki: User, shoe: MasterProduct, endo: User, now: datetime
) -> None:
    with tenant_scope(shoe.tenant_id):
        override_field(shoe, "price_jpy", "200", by=endo, at=now)
    client.force_login(aoki)
    form = {"brand": "B", "reference": "R1", "name": "靴", "category": "shoe", "price_jpy": "150"}
    assert client.post(f"/admin/catalog/masterproduct/{shoe.pk}/change/", form).status_code == 302
    assert ProductOverride._base_manager.get().conflict_at is not None
    assert AuditRecord.objects.get(verb="override.conflicted").actor == aoki


def test_pages_of_conflicts(
    as_endo: Client, nittai: Tenant, endo: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with tenant_scope(nittai.pk):
        for n in range(61):
            row = MasterProduct.objects.create(tenant=nittai, brand="B", reference=f"C{n}", price_jpy=1)
            override_field(row, "price_jpy", "2", by=endo, at=now)
            if n in (0, 60):
                MasterProduct.objects.update(price_jpy=3)
                mark_conflicts(MasterProduct.objects.values_list("pk", flat=True), at=now)
                with django_assert_max_num_queries(6):
                    as_endo.get("/staff/conflicts")
    assert page_of(as_endo, "/staff/conflicts").count('class="card"') == 30
    assert page_of(as_endo, "/staff/conflicts?page=3").count('class="card"') == 1
    assert page_of(as_endo, "/staff/conflicts?page=99").count('class="card"') == 1


def test_a_product_page_costs_the_same_for_any_number_of_fields(
    as_endo: Client, path: str, shoe: MasterProduct, endo: User, now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for number in (1, 30):
        with tenant_scope(shoe.tenant_id):
            shoe.specs = {f"c{n}": "x" for n in range(number)}
            shoe.save()
            for n in range(number):
                override_field(shoe, f"specs.c{n}", f"y{number}", by=endo, at=now)
        with django_assert_max_num_queries(6):
            as_endo.get(path)


def test_opening_a_page_changes_nothing_but_its_own_note_does(as_endo: Client, path: str, endo: User) -> None:
    assert f'hx-post="{path}/seen"' in page_of(as_endo, path)
    assert not SeenProduct._base_manager.exists()
    for _ in range(2):
        assert as_endo.post(f"{path}/seen").status_code == 204
    assert SeenProduct._base_manager.get().user == endo
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize("who", ["anonymous", "baba", "doi", "admin"])
def test_who_has_no_business_there_changes_nothing(
    client: Client, path: str, conflict: ProductOverride, who: str, request: pytest.FixtureRequest
) -> None:
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))
    wanted = {"anonymous": 302, "baba": 403, "doi": 404, "admin": 404}[who]
    rows = len(AuditRecord.objects.all())
    for button in BUTTONS:
        query = "?tenant=nittai" if who == "doi" else ""
        assert client.post(f"{path}/{button}{query}", {"field": "price_jpy", "value": "9"}).status_code == wanted
    conflict.refresh_from_db()
    assert (conflict.value, len(AuditRecord.objects.all())) == (200, rows)
    assert not SeenProduct._base_manager.exists()


def test_a_platform_admin_chooses_the_host_first_and_keeps_it(
    client: Client, admin: User, chuo: Tenant, path: str, conflict: ProductOverride
) -> None:
    client.force_login(admin)
    for address in (path, "/staff/conflicts"):
        assert "主催団体" in page_of(client, address)
        assert "150円" not in page_of(client, address)
    assert client.get(f"{path}?tenant=chuo").status_code == 404
    page = client.get(f"{path}?tenant=nittai&edit=name").content.decode()
    assert page.count('name="tenant" value="nittai"') == page.count('<form method="post" action="/staff') + 1
    form = {"field": "name", "value": "新", "tenant": "nittai"}
    assert "tenant=nittai" in client.post(f"{path}/override", form)["Location"]
    assert client.post(f"{path}/keep", form | {"field": "price_jpy", "back": "conflicts"})["Location"].endswith(
        "conflicts?tenant=nittai"
    )


def test_another_hosts_product_is_as_unknown_as_none(
    client: Client, doi: User, path: str, make_user: Callable[..., User]
) -> None:
    client.force_login(doi)
    theirs, nobodys = client.get(path), client.get("/staff/products/999999")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    for number in (0, 2**63, 10**30):
        assert client.get(f"/staff/products/{number}").status_code == 404


def test_a_product_deleted_in_between_is_unknown(
    as_endo: Client, path: str, shoe: MasterProduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = MasterProduct._base_manager.get()
    monkeypatch.setattr("catalog.desk.product_views._product", lambda pk: found)
    MasterProduct._base_manager.all().delete()
    for button in BUTTONS[:3]:
        assert as_endo.post(f"{path}/{button}", {"field": "price_jpy", "value": "9"}).status_code == 404


def test_a_watch_has_no_fields_of_shoes_and_a_shoe_has(as_endo: Client, path: str, shoe: MasterProduct) -> None:
    assert "row-stack_height_mm" in page_of(as_endo, path)
    MasterProduct._base_manager.update(category="watch")
    assert "row-stack_height_mm" not in page_of(as_endo, path)
    assert "row-stack_height_mm" in page_of(as_endo, f"{path}?edit=stack_height_mm")
    as_endo.post(f"{path}/override", {"field": "stack_height_mm", "value": "30"})
    assert "30.0 mm" in page_of(as_endo, path)


def test_the_hidden_word_is_the_version_of_the_field(as_endo: Client, path: str, shoe: MasterProduct) -> None:
    page = as_endo.get(path, {"edit": "price_jpy"}).content.decode()
    assert seen_of(page, "price_jpy") == version_of(shoe, "price_jpy", None)
