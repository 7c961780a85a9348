"""`/staff/search`: what is found, in which order, and why nothing is."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.desk import queries
from catalog.desk.actions import see
from catalog.desk.context import marked
from catalog.models import MasterProduct, SeenProduct
from catalog.overrides.actions import mark_conflicts, override_field
from tenants.models import Tenant, User
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
SEARCH = "/staff/search"
Queries = tuple[dict[str, Any], ...]


def products(tenant: Tenant, *references: str, brand: str = "TESTBRAND", name: str = "") -> list[MasterProduct]:
    with tenant_scope(tenant.pk):
        return MasterProduct.objects.bulk_create(
            MasterProduct(tenant=tenant, brand=brand, reference=reference, name=name, price_jpy=1200)
            for reference in references
        )


@pytest.fixture
def as_endo(client: Client, endo: User) -> Client:
    client.force_login(endo)
    return client


def ask(client: Client, *, typing: bool = False, **query: Any) -> Any:
    headers = {"HX-Request": "true"} if typing else {}
    return client.get(f"{SEARCH}?{urlencode(query)}", headers=headers)


def found(client: Client, **query: Any) -> list[str]:
    """References in the order of the list."""
    page = ask(client, **query).content.decode()
    return [part.split('"')[0] for part in page.split('data-reference="')[1:]]


def test_the_reference_is_suggested_while_typing(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "REF001")
    for typing in (False, True):
        answer = ask(as_endo, brand="TESTBRAND", reference="REF", typing=typing)
        assert "REF001" in answer.content.decode()
        assert ("<html" in answer.content.decode()) != typing
        assert "HX-Request" in answer["Vary"]


def test_while_typing_the_address_keeps_what_was_typed_and_nothing_else(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "REF001")
    answer = ask(as_endo, brand="TESTBRAND", reference="RE F&", tenant="x", page="3", typing=True)
    assert answer["HX-Replace-Url"] == "/staff/search?brand=TESTBRAND&reference=RE+F%26"
    assert ask(as_endo, brand="", reference="", typing=True)["HX-Replace-Url"] == SEARCH
    assert "HX-Replace-Url" not in ask(as_endo, brand="TESTBRAND")


def test_going_back_in_the_browser_gets_the_whole_page(as_endo: Client, nittai: Tenant) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in as_endo.get(SEARCH, headers=headers).content.decode()


def test_what_begins_so_comes_first_then_parts_of_reference_and_name(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "XAB1", "AB2", "AB1", "CAB0")
    products(nittai, "Z9", name="靴 ab 厚底")
    products(nittai, "Z8", name="別")
    assert found(as_endo, brand="TESTBRAND", reference="ab") == ["AB1", "AB2", "CAB0", "XAB1", "Z9"]
    assert found(as_endo, reference="厚底") == ["Z9"]


def test_without_a_brand_all_brands_are_searched(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "R2", brand="A")
    products(nittai, "R1", "R2", brand="B")
    assert found(as_endo, reference="r") == ["R1", "R2", "R2"]


def test_part_of_a_brand_is_enough_when_it_is_the_only_one(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "R1", brand="HAYATE")
    products(nittai, "R2", brand="TSUBAME")
    assert found(as_endo, brand="yat") == ["R1"]
    assert found(as_endo, brand="ａｙａ", reference="ｒ１") == ["R1"]
    products(nittai, "R3", brand="HAYABUSA")
    page = ask(as_endo, brand="haya").content.decode()
    assert "brand=HAYATE" in page
    assert "brand=HAYABUSA" in page
    assert "data-reference" not in page
    assert found(as_endo, brand="haya", reference="R") == ["R1", "R3"]


def test_a_brand_that_is_whole_is_meant_though_others_hold_it(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "R1", brand="HAYA")
    products(nittai, "R2", brand="HAYATE")
    assert found(as_endo, brand="haya") == ["R1"]
    assert "brand=HAYATE" in ask(as_endo, brand="haya").content.decode()


def test_wildcards_are_letters(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "A%B", "AXB", "A_C", "A\\D", brand="50%")
    products(nittai, "AXC", brand="50X")
    assert found(as_endo, reference="a%") == ["A%B"]
    assert found(as_endo, reference="_") == ["A_C"]
    assert found(as_endo, reference="\\") == ["A\\D"]
    assert len(found(as_endo, brand="50%")) == 4


def test_what_holds_is_shown_and_corrections_are_marked(
    as_endo: Client, nittai: Tenant, endo: User, now: datetime
) -> None:
    one, two = products(nittai, "R1", "R2", name="旧")
    with tenant_scope(nittai.pk):
        override_field(one, "name", "新しい名", by=endo, at=now)
        override_field(two, "price_jpy", "3400", by=endo, at=now)
        MasterProduct.objects.filter(pk=two.pk).update(price_jpy=99)
        mark_conflicts([two.pk], at=now)
    page = ask(as_endo, brand="TESTBRAND").content.decode()
    first, second = page.split('data-reference="')[1:]
    assert "新しい名" in first
    assert "修正あり" in first
    assert "3,400円" in second
    assert "要確認" in second
    assert "tabs__count" in page


@pytest.mark.parametrize("html", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "<b onclick=x>"])
def test_names_are_text(as_endo: Client, nittai: Tenant, html: str) -> None:
    products(nittai, html.upper(), brand=html.upper(), name=html)
    searches: Queries = ({"reference": html[:5]}, {"brand": html}, {}, {"brand": html, "reference": "nothing"})
    for query in searches:
        page = ask(as_endo, **query).content.decode()
        assert html not in page
        assert html.upper() not in page


@pytest.mark.parametrize(
    ("text", "wanted", "html"),
    [
        ("REF001", ["REF"], "<mark>REF</mark>001"), ("靴 ab<", ["AB"], "靴 <mark>ab</mark>&lt;"), ("<b>", ["X"], "&lt;b&gt;"),
        ("Straße", ["SS"], "Straße"), ("", ["A"], ""), ("A", [""], "A"), ("x", ["Ｘ", "X"], "<mark>x</mark>"),
    ],
)  # fmt: skip
def test_what_was_typed_is_marked_and_the_rest_escaped(text: str, wanted: list[str], html: str) -> None:
    assert marked(text, wanted) == html


def test_pages_of_a_long_list(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, *(f"R{n:03}" for n in range(120)))
    assert found(as_endo, brand="TESTBRAND")[0] == "R000"
    searches: Queries = ({"brand": "TESTBRAND"}, {"reference": "r"})
    for query in searches:
        second, last = found(as_endo, page=2, **query), found(as_endo, page="9" * 5, **query)
        assert (second[0], second[-1], len(second)) == ("R050", "R099", 50)
        assert last == [f"R{n}" for n in range(100, 120)]
        page = ask(as_endo, page=2, **query).content.decode()
        assert "51–100件目" in page
        assert "page=3" in page
        for odd in ("0", "-1", "x", "１", "9" * 400, ""):
            assert len(found(as_endo, page=odd, **query)) in (50, 20)


def test_a_list_too_long_to_read_says_so_and_counts_no_further(
    as_endo: Client, nittai: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_FOUND", 100)
    monkeypatch.setattr("catalog.desk.search.MOST_FOUND", 100)
    products(nittai, *(f"R{n:03}" for n in range(101)))
    searches: Queries = ({"brand": "TESTBRAND"}, {"reference": "r"}, {"reference": "0"})
    for query in searches:
        assert "100件以上" in ask(as_endo, **query).content.decode()
        assert "51–100件目" in ask(as_endo, page=99, **query).content.decode()
    assert "件以上" not in ask(as_endo, reference="5").content.decode()


def test_in_a_large_catalogue_one_letter_is_looked_for_at_the_beginning_only(
    as_endo: Client, nittai: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    products(nittai, "AB1", "XABXABXAB")
    assert found(as_endo, reference="AB") == ["AB1", "XABXABXAB"]
    monkeypatch.setattr(queries, "SMALL", 1)
    page = ask(as_endo, reference="AB").content.decode()
    assert "XABXABXAB" not in page
    assert "3文字以上" in page
    assert found(as_endo, reference="AB1") == ["AB1"]


def test_three_kinds_of_nothing_are_told_apart(as_endo: Client, nittai: Tenant) -> None:
    assert 'id="no-products"' in ask(as_endo).content.decode()
    empty = ask(as_endo, brand="TESTBRAND", reference="REF").content.decode()
    assert 'id="no-products"' in empty
    for command in ("check_env_data", "seed_staging_min", "import_master_products_from_sqlite --tenant nittai"):
        assert command in empty
    products(nittai, "REF001")
    unknown = ask(as_endo, brand="NOBRAND", reference="REF").content.decode()
    assert 'id="no-brand"' in unknown
    assert "brand=TESTBRAND" in unknown
    missing = ask(as_endo, brand="TESTBRAND", reference="QQQ").content.decode()
    assert 'id="no-reference"' in missing
    assert "reference=QQQ" in missing
    assert 'id="no-reference"' in ask(as_endo, reference="QQQ").content.decode()


def test_who_may_import_is_led_to_the_import(client: Client, aoki: User, endo: User) -> None:
    for user, may in ((aoki, True), (endo, False)):
        client.force_login(user)
        assert ("/admin/catalog/importrun/add/" in ask(client).content.decode()) == may


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("REF0O1", "REF001"), ("RFE001", "REF001"), ("REF01", "REF001"), ("REFF001", "REF001"), ("XREF001", "REF001"),
     ("AB-1234-ZX", "AB-1234-Z"), ("A-1234-Z", "AB-1234-Z"), ("ＲＥＦ０１１", "REF001")],
)  # fmt: skip
def test_a_typing_error_is_answered_with_what_was_meant(
    as_endo: Client, nittai: Tenant, typed: str, meant: str
) -> None:
    products(nittai, "REF001", "AB-1234-Z", "QQQQQQ")
    assert meant in found(as_endo, reference=typed)
    assert meant in found(as_endo, brand="testbrand", reference=typed)
    assert "QQQQQQ" not in found(as_endo, reference=typed)


@pytest.mark.parametrize("typed", ["メタスピード", "めたすぴーど", "ﾒﾀｽﾋﾟｰﾄﾞ", "めたスピ"])
@pytest.mark.parametrize("name", ["ＭＥＴＡ メタスピード", "ﾒﾀｽﾋﾟｰﾄﾞ 2", "めたすぴーど"])
def test_a_name_is_found_in_whatever_kana_it_is_typed(as_endo: Client, nittai: Tenant, typed: str, name: str) -> None:
    products(nittai, "R1", name=name)
    products(nittai, "R2", name="マジックスピード")
    assert found(as_endo, reference=typed) == ["R1"]


def test_a_brand_with_a_typing_error_is_answered_with_what_was_meant(as_endo: Client, nittai: Tenant) -> None:
    products(nittai, "R1", brand="HAYATE")
    products(nittai, "R1", brand="TSUBAME")
    page = ask(as_endo, brand="HAYETA").content.decode()
    assert page.index("もしかして") < page.index("brand=HAYATE") < page.index("brand=TSUBAME")
    assert "もしかして" not in ask(as_endo, brand="QQQ").content.decode()


def test_similar_references_of_another_host_are_never_offered(as_endo: Client, nittai: Tenant, chuo: Tenant) -> None:
    products(nittai, "QQQQQQ")
    products(chuo, "SECRET1", brand="SECRETBRAND")
    searches: Queries = (
        {"reference": "SECRET2"},
        {"reference": "SECRET1"},
        {"brand": "SECRETBRAND"},
        {"brand": "SECRETBRAN"},
    )
    for query in searches:
        page = ask(as_endo, **query).content.decode()
        assert "brand=SECRETBRAND" not in page
        assert 'data-reference="SECRET1"' not in page


def test_a_platform_admin_keeps_the_chosen_host_on_every_link_and_form(
    client: Client, admin: User, nittai: Tenant, chuo: Tenant
) -> None:
    products(nittai, *(f"R{n:03}" for n in range(60)))
    products(chuo, "ONLY-CHUO")
    client.force_login(admin)
    assert "tenant=nittai" in ask(client).content.decode()
    assert ask(client, tenant="nowhere").status_code == 404
    page = ask(client, tenant="nittai", brand="TESTBRAND").content.decode()
    assert '<input type="hidden" name="tenant" value="nittai">' in page
    links = [part.split('"')[0] for part in page.split('href="/staff/')[1:]]
    assert [link for link in links if "tenant=nittai" not in link] == ["search"] * links.count("search")
    assert "ONLY-CHUO" not in page
    typing = ask(client, tenant="nittai", reference="R", typing=True)
    assert "tenant=nittai" in typing["HX-Replace-Url"]


def test_what_one_saw_last_is_on_the_first_page(
    as_endo: Client, nittai: Tenant, endo: User, aoki: User, now: datetime
) -> None:
    rows = products(nittai, *(f"R{n:02}" for n in range(15)))
    with tenant_scope(nittai.pk):
        for minute, row in enumerate(rows):
            see(row, by=endo, at=now + timedelta(minutes=minute))
        see(rows[5], by=endo, at=now + timedelta(hours=1))
        see(rows[0], by=aoki, at=now)
        assert SeenProduct.objects.filter(user=endo).count() == 12
    page = ask(as_endo).content.decode()
    seen = [row.reference for row in rows if f'/staff/products/{row.pk}"' in page]
    assert len(seen) == 12
    assert "R00" not in seen
    assert page.index(f'products/{rows[5].pk}"') < page.index(f'products/{rows[14].pk}"')


def test_every_answer_costs_six_queries_at_most(
    as_endo: Client, nittai: Tenant, endo: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked: list[dict[str, Any]] = [
        {}, {"brand": "TESTBRAND"}, {"brand": "B"}, {"brand": "B", "reference": "R"}, {"reference": "R1"},
        {"brand": "TESTBRAND", "reference": "R1"}, {"brand": "TESTBRAND", "reference": "QQQQ"}, {"reference": "QQQQ"},
        {"brand": "NOBRAND", "reference": "R"}, {"brand": "TESTBRAND", "page": 2},
    ]  # fmt: skip
    for number in (1, 30):
        rows = products(nittai, *(f"R{number}-{n}" for n in range(number * 2)))
        products(nittai, *(f"X{number}-{n}" for n in range(number)), brand=f"B{number}")
        with tenant_scope(nittai.pk):
            for row in rows[:number]:
                see(row, by=endo, at=now)
                override_field(row, "name", "x", by=endo, at=now)
        for query in asked:
            for typing in (False, True):
                with django_assert_max_num_queries(6):
                    assert ask(as_endo, typing=typing, **query).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(brand=st.text(max_size=12), typed=st.text(max_size=12), page=st.text(max_size=5))
def test_any_query_is_answered(as_endo: Client, nittai: Tenant, brand: str, typed: str, page: str) -> None:
    if not MasterProduct._base_manager.exists():
        products(nittai, "REF001", "ǅŉß%_\\'\"", brand="İI")
    values = {"brand": brand, "reference": typed, "page": page}
    clean: dict[str, Any] = {name: text.encode("utf-8", "replace").decode() for name, text in values.items()}
    status = ask(as_endo, **clean).status_code
    assert status == (400 if "\x00" in "".join(clean.values()) else 200)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(alphabet="REF01%_-Ａ靴", min_size=1, max_size=8))
def test_a_product_is_found_by_each_part_of_itself(in_nittai: None, nittai: Tenant, typed: str) -> None:
    """Against the plain meaning: begins so, by reference; then the rest that has it."""
    references = ["REF001", "REF010", "XREF0", "%_-", "靴01", "R"]
    MasterProduct.objects.all().delete()
    rows = products(nittai, *references)
    by_id = {row.pk: row.reference for row in rows}
    key = queries.key_of(typed)
    begins = sorted(one for one in references if one.startswith(key))
    holds = sorted(one for one in references if key in one and one not in begins)
    for size in (6, queries.SMALL + 1):  # read one by one, and by the index, which has no parts of one or two letters
        got = queries.find(within=None, typed=typed, size=size)
        assert got.is_short == (size > 6 and len(key) < 3)
        assert [by_id[number] for number in got.ids] == begins + ([] if got.is_short else holds)
