"""The demo's shoes: every verdict occurs, a second seeding changes nothing, and what somebody typed stays."""

from datetime import date

import pytest

from catalog.models import MasterProduct
from catalog.shoes.queries import judge_of_host, shoes_by_id
from config.demo.seeds.products import SHOES, UNTOUCHED, seed_products
from tenants.models import Tenant
from tests.world import rows_of

pytestmark = pytest.mark.usefixtures("in_nittai")


def verdicts(course: str) -> dict[str, str]:
    ids = MasterProduct.objects.filter(category="shoe").values_list("pk", flat=True)
    judging = judge_of_host()
    return {
        shoe.key.split()[1]: judging.judge(shoe.facts, course=course, on=date(2027, 5, 1)).code
        for shoe in shoes_by_id(ids).values()
    }


def test_every_verdict_occurs_on_the_track(nittai: Tenant) -> None:
    seed_products(nittai)
    assert verdicts("track") == {
        "HY-100": "shoe_too_thick", "HY-110": "shoe_too_thick", "HY-200": "shoe_too_thick", "HY-210": "shoe_too_thick",
        "TB-5000": "shoe_allowed", "TB-10000": "shoe_allowed", "TB-3000W": "shoe_expired", "KM-01": "shoe_not_yet",
        "KM-02": "shoe_development", "KM-EKIDEN": "shoe_stack_missing",
    }  # fmt: skip
    road = verdicts("road")
    assert (road["HY-200"], road["HY-210"], road["TB-5000"]) == ("shoe_allowed", "shoe_too_thick", "shoe_not_for_event")


def test_a_second_seeding_changes_nothing(nittai: Tenant) -> None:
    seed_products(nittai)
    before = rows_of()
    seed_products(nittai)
    assert rows_of() == before


def test_shoes_of_an_earlier_demo_get_their_facts_and_what_was_typed_stays(nittai: Tenant) -> None:
    seed_products(nittai)
    MasterProduct.objects.filter(category="shoe").update(**UNTOUCHED.columns())
    MasterProduct.objects.filter(reference="TB-5000").update(list_status="not_listed")
    MasterProduct.objects.create(tenant=nittai, brand="TSUBAME", reference="OWN", category="shoe")
    seed_products(nittai)
    found = verdicts("track")
    assert found["TB-10000"] == "shoe_allowed"
    assert found["TB-5000"] == "shoe_not_listed"
    assert found["OWN"] == "shoe_stack_missing"
    assert len(found) == len(SHOES) + 1


def test_another_hosts_shoes_are_left_alone(nittai: Tenant, chuo: Tenant, everywhere: None) -> None:
    theirs = MasterProduct.objects.create(tenant=chuo, brand="TSUBAME", reference="TB-5000", category="shoe")
    seed_products(nittai)
    theirs.refresh_from_db()
    assert theirs.list_status == ""
