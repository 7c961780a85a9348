"""Master products on the organizer's desk."""

import pytest
from django.test import Client

from catalog.models import MasterProduct
from tenants.models import Tenant, User
from tenants.scope import across_tenants

ADD = "/admin/catalog/masterproduct/add/"
NEW = {"brand": " asics ", "reference": "metaspeed-1", "name": "METASPEED", "category": "shoe", "price_jpy": "27500"}


def test_a_product_is_stored_as_it_is_searched_for_the_own_host(client: Client, aoki: User, nittai: Tenant) -> None:
    client.force_login(aoki)
    client.post(ADD, NEW)
    made = MasterProduct._base_manager.get()
    assert (made.tenant, made.brand, made.reference) == (nittai, "ASICS", "METASPEED-1")


def test_a_product_is_there_once_per_host(client: Client, admin: User, nittai: Tenant, chuo: Tenant) -> None:
    client.force_login(admin)
    for host, status in ((nittai, 302), (chuo, 302), (nittai, 422)):
        assert client.post(ADD, NEW | {"host": host.pk}).status_code == status
    with across_tenants():
        assert MasterProduct.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"brand": " "}, {"reference": ""}, {"price_jpy": "-1"}, {"brand": "x" * 101}, {"name": "\x00"}]
)
def test_what_cannot_be_is_refused(client: Client, aoki: User, wrong: dict[str, str]) -> None:
    client.force_login(aoki)
    assert client.post(ADD, NEW | wrong).status_code == 422


@pytest.mark.parametrize(
    ("words", "count"),
    [("めたすぴーど", 1), ("ａｓｉｃｓ ﾒﾀ", 1), ("asics metaspeed-1", 1), ("nike メタ", 0), ("　", 1)],
)
def test_the_list_is_searched_by_brand_reference_and_name_in_any_width_and_kana(
    client: Client, aoki: User, words: str, count: int
) -> None:
    client.force_login(aoki)
    client.post(ADD, NEW | {"name": "メタスピード"})
    page = client.get("/admin/catalog/masterproduct/", {"q": words})
    assert len(page.context["cl"].result_list) == count
