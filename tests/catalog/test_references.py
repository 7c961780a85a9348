"""`/staff/references` and `/staff/search`: a host's own products, for its own people."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import MasterProduct
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
REFERENCES, SEARCH = "/staff/references", "/staff/search"


def products(tenant: Tenant, *references: str, brand: str = "TESTBRAND") -> None:
    with tenant_scope(tenant.pk):
        MasterProduct.objects.bulk_create(
            MasterProduct(tenant=tenant, brand=brand, reference=reference, name=f"靴 {reference}", price_jpy=123456)
            for reference in references
        )


def test_it_answers_the_brand_its_count_and_its_references(client: Client, nittai: Tenant, endo: User) -> None:
    products(nittai, "REF001")
    client.force_login(endo)
    for _ in range(10):
        response = client.get(f"{REFERENCES}?brand=TESTBRAND")
        assert response.status_code == 200
        assert response.json() == {"brand": "TESTBRAND", "count": 1, "items": ["REF001"]}
    assert "no-store" in response["Cache-Control"]


def test_the_brand_is_folded_to_upper_case(client: Client, nittai: Tenant, endo: User) -> None:
    products(nittai, "REF001")
    client.force_login(endo)
    answer = client.get(f"{REFERENCES}?brand=%20testBrand%20&q=ref").json()
    assert answer == {"brand": "TESTBRAND", "count": 1, "items": ["REF001"]}


def test_q_is_a_prefix_and_limit_bounds_the_items_not_the_count(client: Client, nittai: Tenant, endo: User) -> None:
    products(nittai, "REF001", "REF002", "REF100", "XREF0", "RE_F", "RE%F")
    client.force_login(endo)
    assert client.get(f"{REFERENCES}?brand=testbrand&q=REF0").json()["items"] == ["REF001", "REF002"]
    assert client.get(f"{REFERENCES}?brand=testbrand&q=RE_").json()["items"] == ["RE_F"]
    answer = client.get(f"{REFERENCES}?brand=testbrand&limit=2").json()
    assert (answer["count"], len(answer["items"])) == (6, 2)


def test_products_of_another_host_do_not_exist(client: Client, nittai: Tenant, chuo: Tenant, endo: User) -> None:
    products(chuo, "SECRET1")
    client.force_login(endo)
    for query in ("brand=TESTBRAND", "brand=TESTBRAND&tenant=chuo"):
        assert client.get(f"{REFERENCES}?{query}").json()["count"] == 0
        assert "123,456円" not in client.get(f"{SEARCH}?{query}&reference=SECRET1").content.decode()


@pytest.mark.parametrize("path", [REFERENCES, SEARCH])
def test_anonymous_visitors_sign_in_first(client: Client, path: str) -> None:
    response = client.get(f"{path}?brand=A")
    assert (response.status_code, response["Location"]) == (302, f"/auth/login?next=%2Fstaff%2F{path[7:]}%3Fbrand%3DA")


@pytest.mark.parametrize("path", [REFERENCES, SEARCH])
def test_coaches_are_refused(client: Client, baba: User, path: str) -> None:
    client.force_login(baba)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", [REFERENCES, SEARCH])
def test_staff_of_a_closed_host_are_refused(client: Client, nittai: Tenant, endo: User, path: str) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(is_active=False)
    client.force_login(endo)
    assert client.get(path).status_code == 403


def test_organizers_see_their_own(client: Client, nittai: Tenant, chuo: Tenant, doi: User) -> None:
    products(nittai, "REF001")
    products(chuo, "REF002")
    client.force_login(doi)
    assert client.get(f"{REFERENCES}?brand=TESTBRAND&tenant=nittai").json()["items"] == ["REF002"]


def test_a_platform_admin_chooses_the_host(client: Client, nittai: Tenant, admin: User) -> None:
    products(nittai, "REF001")
    client.force_login(admin)
    assert client.get(f"{REFERENCES}?brand=TESTBRAND").status_code == 400
    assert client.get(f"{REFERENCES}?brand=TESTBRAND&tenant=none").status_code == 404
    assert client.get(f"{REFERENCES}?brand=TESTBRAND&tenant=nittai").json()["items"] == ["REF001"]
    assert "tenant=nittai" in client.get(SEARCH).content.decode()
    assert "REF001" in client.get(f"{SEARCH}?brand=TESTBRAND&tenant=nittai").content.decode()


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=1001", "limit=" + "9" * 30, "brand=" + "x" * 101, "q=" + "x" * 101]
)
def test_what_cannot_be_read_is_400_with_the_field(client: Client, endo: User, query: str) -> None:
    client.force_login(endo)
    response = client.get(f"{REFERENCES}?brand=A&{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in response.json()["errors"]


@pytest.mark.parametrize("text", ["%F0%A0%AE%B7", "%ED%A0%80", "%27;--", "%25", "%E2%80%AE"])
def test_any_text_is_looked_for(client: Client, endo: User, text: str) -> None:
    client.force_login(endo)
    assert client.get(f"{REFERENCES}?brand={text}&q={text}").status_code == 200
    assert client.get(f"{SEARCH}?brand={text}&reference={text}").status_code == 200


def test_the_page_lists_brands_then_references_then_the_product(client: Client, nittai: Tenant, endo: User) -> None:
    products(nittai, "REF001", "REF002")
    products(nittai, "A1", brand="TESTX")
    client.force_login(endo)
    brands = client.get(SEARCH).content.decode()
    assert "TESTBRAND" in brands
    assert "2件" in brands
    assert "TESTX" in client.get(f"{SEARCH}?brand=test").content.decode()
    assert "REF002" in client.get(f"{SEARCH}?brand=testbrand").content.decode()
    found = client.get(f"{SEARCH}?brand=testbrand&reference=ref001").content.decode()
    assert "123,456円" in found
    assert "REF002" not in found


def test_an_empty_catalogue_says_that_this_is_no_fault(client: Client, endo: User) -> None:
    client.force_login(endo)
    page = client.get(f"{SEARCH}?brand=TESTBRAND").content.decode()
    assert "0件" in page
    assert "check_env_data" in page


def test_a_brand_that_is_too_long_is_said_beside_its_field_and_kept(client: Client, endo: User) -> None:
    client.force_login(endo)
    response = client.get(f"{SEARCH}?brand={'x' * 101}")
    assert response.status_code == 400
    assert "x" * 101 in response.content.decode()
    assert 'id="id_brand_error"' in response.content.decode()


def test_search_costs_the_same_for_any_catalogue(
    client: Client, nittai: Tenant, endo: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(endo)
    for number in (1, 30):
        products(nittai, *(f"R{number}-{n}" for n in range(number)))
        for path in (f"{SEARCH}?brand=TESTBRAND&reference=R1", f"{REFERENCES}?brand=TESTBRAND", SEARCH):
            with django_assert_max_num_queries(6):
                client.get(path)


def test_somebody_whose_password_is_temporary_changes_it_first(
    client: Client, nittai: Tenant, make_user: Callable[..., User]
) -> None:
    user = make_user("new@example.com", role=Role.STAFF, tenant=nittai, must_change_password=True)
    client.force_login(user)
    assert client.get(REFERENCES).status_code == 302
