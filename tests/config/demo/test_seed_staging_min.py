"""`manage.py seed_staging_min` (seed 000_352228edfa213c32 section 4-3; contract 6)."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Model
from django.test import Client

from catalog.models import MasterProduct
from config.demo.seeds import staging
from config.env import ENV, Env
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.models import AuditRecord, Role, Tenant, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]
STAFF_A = "staff-a@example.com"


def run() -> list[str]:
    out = StringIO()
    call_command("seed_staging_min", stdout=out)
    return out.getvalue().splitlines()


def rows() -> list[list[dict[str, Any]]]:
    models: tuple[type[Model], ...] = (Tenant, User, MasterProduct, AuditRecord)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


@pytest.fixture
def staging_site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Outside dev, with these passwords in the environment."""

    def set_up(**passwords: str) -> None:
        settings.APP_ENV = "staging"
        monkeypatch.setattr(staging, "ENV", Env(**{**vars(ENV), "seed_passwords": passwords}))

    return set_up


def test_it_writes_a_tenant_its_staff_and_the_product_and_nothing_else() -> None:
    """seed 000_352228edfa213c32 section 4-3: 最小商品seed（0件回避の最短）."""
    said = run()
    tenant, person, product = Tenant.objects.get(), User.objects.get(), MasterProduct.objects.get()
    assert (tenant.slug, tenant.name, tenant.is_active) == ("tenant-a", "Tenant A", True)
    assert (person.email, person.role, person.tenant, person.is_active) == (STAFF_A, Role.STAFF, tenant, True)
    assert (product.brand, product.reference, product.price_jpy, product.tenant) == (
        "TESTBRAND",
        "REF001",
        123456,
        tenant,
    )
    assert not Meet.objects.exists()
    assert not Team.objects.exists()
    assert said[0] == f"seed_staging_min writes to {connection.settings_dict['HOST'] or 'this machine'} " + str(
        connection.settings_dict["NAME"]
    )
    assert [line.split(":")[0] for line in said[1:]] == ["made"] * 3


def test_a_second_run_changes_nothing_and_says_so() -> None:
    """seed 000_352228edfa213c32 section 7: 冪等seed."""
    run()
    before = rows()
    assert [line.split(":")[0] for line in run()[1:]] == ["left alone"] * 3
    assert rows() == before


def test_what_is_there_is_left_alone_and_its_difference_said() -> None:
    """seed 000_352228edfa213c32 section 4-4: 破壊的更新をしない."""
    run()
    Tenant.objects.update(name="団体A", is_active=False)
    User.objects.update(name="佐藤", is_active=False, staff_seat=None)
    MasterProduct.objects.update(price_jpy=5)
    before = rows()
    said = run()
    assert rows() == before
    assert said[1] == "left alone: tenant tenant-a (団体A), which is not active"
    assert said[2] == "left alone: staff staff-a@example.com of tenant-a, which is not active"
    assert said[3] == "left alone: product TESTBRAND / REF001 of tenant-a, 5 yen"


def test_each_thing_is_in_the_trail() -> None:
    run()
    trail = AuditRecord.objects.order_by("pk").values_list("verb", "tenant__slug", "why")
    assert list(trail) == [
        (verb, "tenant-a", "seed_staging_min") for verb in ("tenant.added", "account.added", "masterproduct.added")
    ]


def test_in_dev_the_demos_password_signs_in() -> None:
    run()
    assert authenticate(None, email=STAFF_A, password="StaffAPass123!") is not None


def test_outside_dev_without_a_password_nobody_signs_in_and_the_way_to_one_is_said(
    staging_site: Callable[..., None],
) -> None:
    staging_site()
    said = run()
    assert not User.objects.get().has_usable_password()
    assert "SEED_STAFF_A_PASSWORD" in said[-1]
    assert "/admin/tenants/user/" in said[-1]
    assert "SEED_STAFF_A_PASSWORD" in run()[-1], "as long as there is none"


def test_the_password_comes_from_the_environment_and_is_never_said(staging_site: Callable[..., None]) -> None:
    staging_site(SEED_STAFF_A_PASSWORD="Canary-Pass-4711")
    said = run()
    person = User.objects.get()
    assert person.check_password("Canary-Pass-4711")
    assert not person.must_change_password
    assert "Canary" not in "".join(said) + str(list(AuditRecord.objects.values()))


def test_who_was_made_without_a_password_is_given_one_later_and_it_stays(staging_site: Callable[..., None]) -> None:
    staging_site()
    run()
    staging_site(SEED_STAFF_A_PASSWORD="Canary-Pass-4711")
    assert run()[2].startswith("given the password of SEED_STAFF_A_PASSWORD: staff")
    staging_site(SEED_STAFF_A_PASSWORD="Another-Pass-4711")
    assert run()[2].startswith("left alone: staff")
    assert User.objects.get().check_password("Canary-Pass-4711")


def test_a_weak_password_is_refused_outside_dev(staging_site: Callable[..., None]) -> None:
    staging_site(SEED_STAFF_A_PASSWORD="canary")
    with pytest.raises(
        CommandError, match=r"SEED_STAFF_A_PASSWORD: This password is too short.*Nothing was written"
    ) as no:
        run()
    assert "canary" not in str(no.value)
    assert rows() == [[], [], [], []]


def test_beside_five_active_staff_nothing_is_written(make_user: Callable[..., User]) -> None:
    """seed 000_352228edfa213c32 section 5: tenant_staff 上限5件."""
    tenant = Tenant.objects.create(slug="tenant-a", name="A")
    for number in range(5):
        make_user(f"s{number}@example.com", role=Role.STAFF, tenant=tenant)
    before = rows()
    with pytest.raises(
        CommandError, match=r"tenant-a has 5 active staff.*deactivate one.*Nothing was written"
    ) as refused:
        run()
    assert rows() == before
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("role", [Role.NONE, Role.STAFF, Role.ORGANIZER])
def test_an_account_of_somebody_else_is_not_taken(make_user: Callable[..., User], chuo: Tenant, role: str) -> None:
    make_user("STAFF-A@example.com", role=role, tenant=chuo if role else None)
    before = rows()
    with pytest.raises(CommandError, match=r"not a staff account of tenant-a here.*Nothing was written"):
        run()
    assert rows() == before


def test_after_it_staff_find_the_product(client: Client) -> None:
    """seed 000_352228edfa213c32 section 4-3: 0件回避."""
    run()
    client.force_login(User.objects.get())
    assert client.get("/staff/references?brand=TESTBRAND").json()["count"] == 1


def test_a_product_of_another_tenant_is_not_ours(nittai: Tenant) -> None:
    theirs = MasterProduct.objects.create(tenant=nittai, brand="TESTBRAND", reference="REF001", price_jpy=1)
    run()
    theirs.refresh_from_db()
    assert theirs.price_jpy == 1
    assert MasterProduct.objects.count() == 2
