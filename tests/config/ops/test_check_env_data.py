"""`manage.py check_env_data` (seed 000_352228edfa213c32 sections 4-1 and 6; contract 6)."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import ImportRun, MasterProduct, ProductOverride
from config.env import ENV, Env
from config.ops import env_data
from tenants.commands import ready
from tenants.models import Role, Tenant, User
from tenants.signin.models import Session
from tenants.signin.sessions import SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


def run() -> list[str]:
    """What it says when it exits 0."""
    out = StringIO()
    call_command("check_env_data", stdout=out)
    return out.getvalue().splitlines()


def refused() -> tuple[list[str], str]:
    """What it says when it exits 1: the report, and the line on stderr."""
    out = StringIO()
    with pytest.raises(CommandError) as wrong:
        call_command("check_env_data", stdout=out)
    assert len(str(wrong.value).splitlines()) == 1
    return out.getvalue().splitlines(), str(wrong.value)


def product(tenant: Tenant, reference: str = "REF001", brand: str = "TESTBRAND") -> MasterProduct:
    return MasterProduct.objects.create(tenant=tenant, brand=brand, reference=reference)


def line(said: list[str], beginning: str) -> str:
    [found] = [text for text in said if text.strip().startswith(beginning)]
    return found.strip()


def test_it_says_which_database_this_is_and_how_new() -> None:
    """seed 000_352228edfa213c32 section 4-1: 接続先確認."""
    said = run()
    values = connection.settings_dict
    assert said[0] == f"database:    {values['HOST'] or 'this machine'} {values['NAME']}"
    assert line(said, "server:").split()[1] == connection.display_name
    assert line(said, "migrations:").endswith(" applied, 0 pending")
    assert line(said, "APP_ENV:").endswith("dev")


def test_on_an_empty_database_it_says_what_to_run() -> None:
    """seed 000_352228edfa213c32 section 4-3: check_env_data before and after the seed."""
    said = run()
    assert line(said, "tenants:") == "tenants:     0, 0 active. Run: python manage.py seed_staging_min"
    assert line(said, "TESTBRAND") == "TESTBRAND / REF001: not there. Run: python manage.py seed_staging_min"
    call_command("seed_staging_min", stdout=StringIO())
    assert line(run(), "TESTBRAND") == "TESTBRAND / REF001: in tenant-a"


def test_each_tenant_has_its_line(nittai: Tenant, chuo: Tenant, make_user: Callable[..., User]) -> None:
    for number in range(3):
        make_user(f"s{number}@example.com", role=Role.STAFF, tenant=nittai, is_active=number < 2)
    for number in range(3):
        product(nittai, f"R{number}")
    one = product(nittai, "X", brand="OTHER")
    for name, conflict in (("name", None), ("category", timezone.now())):
        ProductOverride.objects.create(
            tenant=nittai, product=one, field=name, value="v", made_at=timezone.now(), conflict_at=conflict
        )
    Tenant.objects.filter(pk=chuo.pk).update(is_active=False)
    said = run()
    assert line(said, "tenants:") == "tenants:     2, 1 active"
    assert line(said, "nittai") == (
        "nittai (日本体育大学), active: active staff 2/5, products 4 in 2 brands, overrides 2 (1 in conflict)"
    )
    assert line(said, "chuo").startswith("chuo (中央大学), not active: active staff 0/5, products 0 in 0 brands")


def test_staff_who_would_find_nothing_are_a_failure_with_what_to_run(nittai: Tenant, chuo: Tenant, endo: User) -> None:
    """seed 000_352228edfa213c32 section 6-1: 「0件」は障害ではなく、データ未投入の状態."""
    said, wrong = refused()
    assert line(said, "nittai").endswith("products 0 in 0 brands, overrides 0 (0 in conflict)")
    assert wrong.startswith(
        "0件: no product for nittai (1 active staff). Not a fault: the data has not been put in yet."
    )
    assert wrong.endswith(
        "Run: TENANT_ID=nittai SQLITE_DB_PATH=/path/to/horologen.db python manage.py import_master_products_from_sqlite"
    )
    product(nittai, "R1")
    run()


def test_for_tenant_a_the_seed_is_the_shortest_way(make_user: Callable[..., User]) -> None:
    """seed 000_352228edfa213c32 section 4-3: 0件回避の最短."""
    tenant = Tenant.objects.create(slug="tenant-a", name="A")
    make_user("s@example.com", role=Role.STAFF, tenant=tenant)
    assert "Run: python manage.py seed_staging_min or TENANT_ID=tenant-a " in refused()[1]


def test_nobody_finds_nothing_where_nobody_searches(nittai: Tenant, endo: User, aoki: User) -> None:
    User.objects.filter(pk=endo.pk).update(is_active=False, staff_seat=None)
    run()
    User.objects.filter(pk=endo.pk).update(is_active=True, staff_seat=1)
    Tenant.objects.update(is_active=False)
    run()


def test_a_brand_that_is_empty_again_does_not_count(nittai: Tenant, endo: User) -> None:
    product(nittai).delete()
    assert "nittai" in refused()[1]


def test_the_last_imports_are_listed_newest_first(nittai: Tenant) -> None:
    for number in range(7):
        run_row = ImportRun.objects.create(
            tenant=nittai,
            source="sqlite",
            file_name=f"old{number}\x1b[2J.db",
            size=1,
            sha256="",
            state="done",
            counts={"read": 3, "inserted": number},
        )
        ImportRun.objects.filter(pk=run_row.pk).update(created_at=timezone.now() + timedelta(minutes=number))
    said = run()
    shown = said[said.index("last imports:") + 1 :]
    assert len(shown) == 5
    assert shown[0].endswith("nittai  sqlite  done  old6?[2J.db: read 3, inserted 6")


def test_the_secret_key_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """seed 000_352228edfa213c32 section 6-2: 「302揺れ」再発防止."""
    assert line(run(), "SECRET_KEY:") == "SECRET_KEY:  not set: the fixed development key (APP_ENV=dev)"
    given = {"secret_key": "canary" * 10, "secret_key_name": "FLASK_SECRET_KEY", "secret_key_fallbacks": ["canary2"]}
    monkeypatch.setattr(env_data, "ENV", Env(**{**vars(ENV), **given}))
    said = run()
    assert line(said, "SECRET_KEY:") == (
        "SECRET_KEY:  set, from FLASK_SECRET_KEY, 1 older in SECRET_KEY_FALLBACKS: sessions outlive a restart"
    )
    assert "canary" not in "".join(said)


def test_sessions_of_a_key_that_is_gone_are_counted(settings: Any) -> None:
    """seed 000_352228edfa213c32 section 6-2: 再起動ごとにセッション署名が変わる事故."""
    ours, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 6
    SessionStore().create()
    settings.SECRET_KEY = ours
    SessionStore().create()
    said = run()
    assert line(said, "sessions:") == "sessions:    2 open, 1 of the newest 2 signed with a lost key"
    assert "SECRET_KEY_FALLBACKS" in line(said, "the key was changed")
    settings.SECRET_KEY_FALLBACKS = ["another-key-" * 6]
    assert "2 open, 0 of the newest 2" in line(run(), "sessions:")
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    assert "0 open" in line(run(), "sessions:")


def test_a_database_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(ready, "missing_migrations", away)
    said, wrong = refused()
    assert len(said) == 1
    assert wrong == "the database does not answer: connection refused. Check DATABASE_URL."


def test_missing_migrations_are_one_line_with_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """seed 000_352228edfa213c32 section 7: 復旧時は「migration再実行 → 冪等seed/import再実行」."""
    monkeypatch.setattr(ready, "missing_migrations", lambda: ["catalog.0003_search", "catalog.0004_search_indexes"])
    assert refused()[1] == (
        "2 migrations are missing (catalog.0003_search and 1 more). Run: python manage.py migrate --noinput"
    )


def test_it_costs_the_same_for_any_number_of_tenants_and_brands(
    nittai: Tenant, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20) as with_one:
        run()
    for number in range(30):
        tenant = Tenant.objects.create(slug=f"t{number}", name="t")
        product(tenant, brand=f"B{number}")
        ImportRun.objects.create(tenant=tenant, source="csv", file_name="f", size=1, sha256="", state="done")
    with django_assert_max_num_queries(len(with_one)):
        run()


def test_it_never_counts_products_one_by_one(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """Limit L5: counting a million products takes 100 ms, their counts per brand less than one."""
    with django_assert_max_num_queries(20) as captured:
        run()
    assert not [query for query in captured if 'COUNT("catalog_masterproduct' in query["sql"]]
