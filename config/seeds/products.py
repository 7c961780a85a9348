"""The catalogue of Tenant A: the product that the checks ask for, and invented shoes."""

from catalog.models import MasterProduct
from tenants.models import Tenant
from tenants.scope import tenant_scope

SHOES = (
    ("HAYATE", "HY-100", "HAYATE スピード 1", 19_800),
    ("HAYATE", "HY-110", "HAYATE スピード 1 ワイド", 19_800),
    ("HAYATE", "HY-200", "HAYATE ロング 2", 22_000),
    ("HAYATE", "HY-210", "HAYATE ロング 2 W", 22_000),
    ("TSUBAME", "TB-5000", "TSUBAME トラック 5000", 24_200),
    ("TSUBAME", "TB-10000", "TSUBAME トラック 10000", 25_300),
    ("TSUBAME", "TB-3000W", "TSUBAME トラック 3000 W", 23_100),
    ("KAMOSHIKA", "KM-01", "KAMOSHIKA スパイク 01", 17_600),
    ("KAMOSHIKA", "KM-02", "KAMOSHIKA スパイク 02", 18_700),
    ("KAMOSHIKA", "KM-EKIDEN", "KAMOSHIKA 駅伝", 27_500),
)


def seed_products(tenant: Tenant) -> None:
    """Made when missing; what is there is left alone."""
    rows = [MasterProduct(tenant=tenant, brand="TESTBRAND", reference="REF001", name="確認用商品", price_jpy=123_456)]
    rows += [
        MasterProduct(tenant=tenant, brand=brand, reference=reference, name=name, category="shoe", price_jpy=price)
        for brand, reference, name, price in SHOES
    ]
    with tenant_scope(tenant.pk):
        MasterProduct.objects.bulk_create(rows, ignore_conflicts=True)
