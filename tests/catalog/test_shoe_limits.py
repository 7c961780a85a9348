"""Which limit holds in which kind of race on which day (fact F2), and a host's own before all."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import ShoeLimit
from catalog.shoes.limits import limit_for
from catalog.shoes.queries import host_limits
from catalog.shoes.verdict import Limit
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

LAST_OF_OLD, FIRST_OF_NEW = date(2024, 10, 31), date(2024, 11, 1)
DAY = date(2027, 5, 1)


def height(event: str, on: date, own: tuple[Limit, ...] = (), distance_m: int | None = None) -> Decimal | None:
    limit = limit_for(event, on, own, distance_m)
    assert limit is not None
    return limit.most_stack_mm


@pytest.mark.parametrize(
    ("event", "on", "distance_m", "most"),
    [
        ("track", FIRST_OF_NEW, 800, 20), ("track", FIRST_OF_NEW, 10_000, 20), ("track", LAST_OF_OLD, 800, 25),
        ("track", LAST_OF_OLD, 10_000, 25), ("track", LAST_OF_OLD, 799, 20), ("track", LAST_OF_OLD, 100, 20),
        ("track", LAST_OF_OLD, None, 20), ("track", DAY, None, 20), ("road", LAST_OF_OLD, 5_000, 40),
        ("road", DAY, 42_195, 40), ("race_walk", DAY, 5_000, 40), ("cross_spikes", DAY, 8_000, 20),
        ("cross", DAY, 8_000, 40), ("mountain", DAY, 20_000, None), ("track", date.min, 5_000, 25),
        ("track", date.max, 5_000, 20),
    ],
)  # fmt: skip
def test_the_builtin_limits(event: str, on: date, distance_m: int | None, most: int | None) -> None:
    assert height(event, on, (), distance_m) == most


def test_only_mountain_asks_for_no_list() -> None:
    without = [
        event
        for event in ("track", "road", "race_walk", "cross_spikes", "cross", "mountain")
        if not getattr(limit_for(event, DAY), "list_needed", True)
    ]
    assert without == ["mountain"]


def test_an_own_line_wins_for_its_kind_of_race_on_its_days_only() -> None:
    own = (Limit("track", Decimal(25), valid_from=DAY, valid_until=date(2027, 5, 2)),)
    days = [date(2027, 4, 30), DAY, date(2027, 5, 2), date(2027, 5, 3)]
    assert [height("track", day, own) for day in days] == [20, 25, 25, 20]
    assert height("road", DAY, own) == 40


def test_of_two_own_lines_the_later_one_wins_and_then_the_lower() -> None:
    always, later = Limit("track", Decimal(18)), Limit("track", Decimal(22), valid_from=DAY)
    assert height("track", DAY, (always, later)) == height("track", DAY, (later, always)) == 22
    assert height("track", DAY, (Limit("track", None), always)) == 18


def test_an_own_line_may_lift_the_limit() -> None:
    assert height("track", DAY, (Limit("track", None),)) is None


def test_a_kind_of_race_that_nobody_knows_has_no_limit() -> None:
    assert limit_for("sand", DAY) is None


def test_only_the_own_hosts_lines_are_read(nittai: Tenant, chuo: Tenant) -> None:
    with across_tenants():
        ShoeLimit.objects.create(tenant=chuo, event="track", most_stack_mm=Decimal(99))
        ShoeLimit.objects.create(
            tenant=nittai, event="track", most_stack_mm=Decimal(18), list_needed=False, source="要項"
        )
    with tenant_scope(nittai.pk):
        assert host_limits() == [Limit("track", Decimal(18), list_needed=False, source="要項")]
