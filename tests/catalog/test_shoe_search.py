"""Finding shoes while somebody types: by part, by key, bounded, own host only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import MasterProduct, ProductOverride
from catalog.shoes import search
from catalog.shoes.queries import shoes_by_id, verdicts_today
from catalog.shoes.search import any_shoe, by_key, find
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

pytestmark = pytest.mark.usefixtures("in_nittai")


def shoe(tenant: Tenant, brand: str, reference: str, name: str = "", **more: object) -> MasterProduct:
    values = {"category": "shoe", **more}
    return MasterProduct.objects.create(tenant=tenant, brand=brand, reference=reference, name=name, **values)


@pytest.fixture
def catalogue(in_nittai: None, nittai: Tenant, chuo: Tenant) -> dict[str, MasterProduct]:
    rows = [
        shoe(nittai, "HAYATE", "HY-100", "スピード 1"),
        shoe(nittai, "HAYATE", "HY-200", "ロング 2"),
        shoe(nittai, "NEW HAYATE", "100", "Ｗｉｄｅ"),
        shoe(nittai, "TSUBAME", "TB 5000", "トラック"),
        shoe(nittai, "HAYATE", "WATCH-1", "時計", category="watch"),
    ]
    with tenant_scope(chuo.pk):
        shoe(chuo, "HAYATE", "SECRET-1", "スピード")
    return {row.reference: row for row in rows}


def found(text: str) -> list[str]:
    return [hit.reference for hit in find(text)[0]]


@pytest.fixture(params=["few", "many"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose shoes are read, and one whose indexes are asked."""
    if request.param == "many":
        monkeypatch.setattr(search, "READ", 1)


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("hayate hy-2", ["HY-200"]), ("スピード", ["HY-100"]), ("ＨＹ－１００", ["HY-100"]), ("hy-100 スピード", ["HY-100"]),
        ("tsubame", ["TB 5000"]), ("WATCH", []), ("SECRET", []), ("zzz", []), ("' OR 1=1", []), ("𠮷", []),
    ],
)  # fmt: skip
def test_every_word_stands_in_brand_reference_or_name(size: None, text: str, references: list[str]) -> None:
    text = text.replace("－", "-") if "Ｈ" in text else text
    assert found(text) == references


@pytest.mark.usefixtures("catalogue")
def test_width_case_and_kana_do_not_matter(size: None) -> None:
    assert found("すぴーど") == ["HY-100"]
    assert found("ｽﾋﾟｰﾄﾞ") == ["HY-100"]


@pytest.mark.usefixtures("catalogue")
def test_full_width_letters_of_a_name_are_read_where_shoes_are_few() -> None:
    assert found("wide") == ["100"]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "a" * 100, " ", "の の の の の の の"])
def test_signs_of_patterns_are_only_signs(size: None, text: str) -> None:
    assert found(text) == [] or not text.strip()


@pytest.mark.usefixtures("catalogue")
def test_more_than_are_shown_is_said() -> None:
    hits, more = find("h", most=2)
    assert (len(hits), more) == (2, True)
    assert find("h", most=4)[1] is False


def test_what_one_word_finds_in_a_large_catalogue_costs_few_bounded_queries(
    nittai: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "READ", 5)
    for n in range(40):
        shoe(nittai, f"BRAND{n % 4}", f"R{n:03}", "長距離")
    with CaptureQueriesContext(connection) as caught:
        assert found("R039") == ["R039"]
        assert found("BRAND3 R039") == ["R039"]
    assert len(caught) <= 8
    assert all("LIMIT" in query["sql"] for query in caught)


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("HAYATE HY-100", "HY-100"), (" hayate  hy-100 ", "HY-100"), ("ＨＡＹＡＴＥ　HY-100", "HY-100"), ("HY-200", "HY-200"),
        ("NEW HAYATE 100", "100"), ("TSUBAME TB 5000", "TB 5000"), ("TB 5000", "TB 5000"), ("HAYATE", None),
        ("HAYATE HY", None), ("HAYATE SECRET-1", None), ("HAYATE WATCH-1", None), ("", None), ('"100"', None), ("\x00", None),
    ],
)  # fmt: skip
def test_a_key_is_the_brand_and_the_reference_or_the_reference_alone(
    catalogue: dict[str, MasterProduct], text: str, reference: str | None
) -> None:
    assert by_key([text]) == ({text: catalogue[reference].pk} if reference else {})


def test_a_reference_of_two_brands_needs_its_brand(nittai: Tenant) -> None:
    one, other = shoe(nittai, "A", "X1"), shoe(nittai, "B", "X1")
    assert by_key(["X1", "A X1", "b x1"]) == {"A X1": one.pk, "b x1": other.pk}


def test_many_keys_are_one_query(nittai: Tenant, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(30):
        shoe(nittai, "A", f"X{n}")
    with django_assert_num_queries(1):
        assert len(by_key([f"A X{n}" for n in range(400)])) == 30
    with django_assert_num_queries(0):
        assert by_key([]) == {}


def correct(product: MasterProduct, field: str, value: object) -> None:
    ProductOverride.objects.create(
        tenant_id=product.tenant_id, product=product, field=field, value=value, made_at=timezone.now()
    )


def test_the_facts_are_the_values_that_hold(nittai: Tenant) -> None:
    row = shoe(nittai, "A", "X1", "旧", stack_height_mm="25.0", events_allowed=["road"], list_status="listed")
    for field, value in {
        "stack_height_mm": "19.5",
        "events_allowed": ["track"],
        "valid_until": "2027-05-01",
        "name": "新",
        "specs.x": "y",
        "list_status": "development",
    }.items():
        correct(row, field, value)
    known = shoes_by_id([row.pk])[row.pk]
    assert (known.key, known.label) == ("A X1", "A X1 新")
    assert str(known.facts.stack_height_mm) == "19.5"
    assert known.facts.events_allowed == {"track"}
    assert known.facts.valid_until is not None
    assert known.facts.list_status == "development"
    correct(row, "category", "watch")
    assert not shoes_by_id([row.pk])[row.pk].facts.is_shoe


def test_facts_of_many_shoes_are_one_query(nittai: Tenant, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = [shoe(nittai, "A", f"X{n}") for n in range(30)]
    for row in rows:
        correct(row, "stack_height_mm", "10.0")
        correct(row, "list_status", "listed")
    with django_assert_num_queries(1):
        assert {str(one.facts.stack_height_mm) for one in shoes_by_id(row.pk for row in rows).values()} == {"10.0"}
    with django_assert_num_queries(0):
        assert shoes_by_id([]) == {}


def test_another_hosts_product_is_no_shoe_here(nittai: Tenant, chuo: Tenant) -> None:
    with across_tenants():
        theirs = shoe(chuo, "A", "X1")
    assert shoes_by_id([theirs.pk]) == {}


def test_the_longest_names_fit_where_they_are_written_down(nittai: Tenant) -> None:
    row = shoe(nittai, "B" * 100, "R" * 100, "名" * 200)
    assert len(shoes_by_id([row.pk])[row.pk].label) == 300


def test_staff_see_the_verdict_for_each_kind_of_race(nittai: Tenant) -> None:
    row = shoe(nittai, "A", "X1", stack_height_mm="30.0", events_allowed=["track", "road"], list_status="listed")
    row.refresh_from_db()
    today = timezone.localdate()
    said = {line["event"]: line["said"].word for line in verdicts_today(row, {}, on=today)}
    assert said == {
        "トラック": "使用不可",
        "ロード": "使用可",
        "競歩": "使用不可",
        "クロスカントリー（スパイク）": "使用不可",
        "クロスカントリー": "使用不可",
        "マウンテン・トレイル": "使用可",
    }
    watch = MasterProduct(tenant=nittai, brand="A", reference="W", category="watch")
    assert verdicts_today(watch, {}, on=today) == []


def test_whether_there_are_shoes_is_asked_in_the_order_of_their_index(nittai: Tenant, chuo: Tenant) -> None:
    """Without the order the planner walks through all the host's watches when it has no shoe."""
    shoe(nittai, "A", "W", category="watch")
    with across_tenants():
        shoe(chuo, "A", "X1")
    with CaptureQueriesContext(connection) as caught:
        assert not Tenant.objects.annotate(a_shoe=any_shoe()).exclude(a_shoe=None).exists()
    shoe(nittai, "A", "X1")
    assert Tenant.objects.annotate(a_shoe=any_shoe()).exclude(a_shoe=None).exists()
    assert 'ORDER BY U0."brand"' in caught[0]["sql"]
