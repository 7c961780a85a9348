"""The catalogues: for Tenant A the product that the checks ask for and invented shoes of every kind that rules tell apart,
for Tenant B two shoes of its own."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.models import SHOE, MasterProduct
from catalog.shoes.events import ListStatus, ShoeEvent
from tenants.models import Tenant
from tenants.scope import tenant_scope

TRACK = (ShoeEvent.TRACK, ShoeEvent.CROSS_SPIKES)
ROAD = (ShoeEvent.ROAD, ShoeEvent.RACE_WALK, ShoeEvent.CROSS)


class Facts(NamedTuple):
    """What the invented list of approved shoes says of one."""

    stack: str | None = None
    events: tuple[ShoeEvent, ...] = ()
    status: ListStatus = ListStatus.LISTED
    valid_from: date | None = None
    valid_until: date | None = None

    def columns(self) -> dict[str, Any]:
        """Its columns as the table of products has them."""
        return {
            "stack_height_mm": Decimal(self.stack) if self.stack else None,
            "events_allowed": [event.value for event in ShoeEvent if event in self.events],
            "list_status": self.status.value,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        }


Shoe = tuple[str, str, str, int, Facts | None]

SHOES = (
    ("HAYATE", "HY-100", "HAYATE スピード 1", 19_800, Facts("38.5", ROAD, valid_from=date(2023, 4, 1))),
    ("HAYATE", "HY-110", "HAYATE スピード 1 ワイド", 19_800, Facts("39.5", (*ROAD, ShoeEvent.TRACK))),
    ("HAYATE", "HY-200", "HAYATE ロング 2", 22_000, Facts("40.0", ROAD)),
    ("HAYATE", "HY-210", "HAYATE ロング 2 W", 22_000, Facts("45.0", (), ListStatus.NOT_LISTED)),
    ("TSUBAME", "TB-5000", "TSUBAME トラック 5000", 24_200, Facts("19.5", TRACK, valid_from=date(2024, 11, 1))),
    ("TSUBAME", "TB-10000", "TSUBAME トラック 10000", 25_300, Facts("20.0", TRACK)),
    ("TSUBAME", "TB-3000W", "TSUBAME トラック 3000 W", 23_100, Facts("24.0", TRACK, valid_until=date(2024, 10, 31))),
    ("KAMOSHIKA", "KM-01", "KAMOSHIKA スパイク 01", 17_600, Facts("16.0", TRACK, valid_from=date(2099, 4, 1))),
    ("KAMOSHIKA", "KM-02", "KAMOSHIKA スパイク 02", 18_700, Facts("18.0", TRACK, ListStatus.DEVELOPMENT)),
    ("KAMOSHIKA", "KM-EKIDEN", "KAMOSHIKA 駅伝", 27_500, None),
)
"""For the track: allowed TB-5000 and TB-10000; not allowed HY-100 and HY-200 (road only), HY-110 (too thick), HY-210 (not
listed), TB-3000W (expired), KM-01 (not yet); to be clarified KM-02 (needs a paper) and KM-EKIDEN (nothing is known)."""
SHOES_OF_B = (
    ("WAKATAKE", "WT-1500", "WAKATAKE トラック 1500", 18_700, Facts("18.5", TRACK)),
    ("WAKATAKE", "WT-ROAD", "WAKATAKE ロード", 20_900, Facts("39.0", ROAD)),
)
UNTOUCHED = Facts(None, (), ListStatus.UNKNOWN)


def seed_products(tenant: Tenant) -> int:
    """Made when missing; what is there is left alone, but shoes of an earlier demo without any fact get theirs. How
    many rows that were."""
    rows = [MasterProduct(tenant=tenant, brand="TESTBRAND", reference="REF001", name="確認用商品", price_jpy=123_456)]
    with tenant_scope(tenant.pk):
        before = MasterProduct.objects.count()
        MasterProduct.objects.bulk_create([*rows, *_shoes(tenant, SHOES)], ignore_conflicts=True)
        return MasterProduct.objects.count() - before + _fill_untouched()


def seed_products_of_b(tenant: Tenant) -> int:
    """Made when missing: staff of a host without any product find nothing, which `check_env_data` calls a failure. How many."""
    with tenant_scope(tenant.pk):
        before = MasterProduct.objects.count()
        MasterProduct.objects.bulk_create(_shoes(tenant, SHOES_OF_B), ignore_conflicts=True)
        return MasterProduct.objects.count() - before


def _shoes(tenant: Tenant, shoes: Iterable[Shoe]) -> list[MasterProduct]:
    return [
        MasterProduct(
            tenant=tenant,
            brand=brand,
            reference=reference,
            name=name,
            category=SHOE,
            price_jpy=price,
            **(facts or UNTOUCHED).columns(),
        )
        for brand, reference, name, price, facts in shoes
    ]


def _fill_untouched() -> int:
    """Shoes that were made before there were facts, and that nobody has said anything about since."""
    known = {(brand, reference): facts for brand, reference, _name, _price, facts in SHOES if facts}
    bare = MasterProduct.objects.filter(category=SHOE, **UNTOUCHED.columns())
    filled = [
        row for row in bare.filter(brand__in={brand for brand, _ in known}) if (row.brand, row.reference) in known
    ]
    for row in filled:
        for name, value in known[row.brand, row.reference].columns().items():
            setattr(row, name, value)
    return MasterProduct.objects.bulk_update(filled, list(UNTOUCHED.columns()))
