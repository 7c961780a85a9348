"""Seed 000_352228edfa213c32, sections 3, 4 and 7, line by line: the environment, putting data in, safe operation.

Each docstring names file and section and quotes its line. Sections 5 and 6 are in `test_p0.py`.
"""

import os
import re
import secrets
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.core.management.utils import get_random_secret_key
from django.db import connection
from django.test import Client

from catalog.fields import OLD_COLUMNS
from catalog.models import MasterProduct
from config import env
from config.management.commands import flush
from config.telemetry.logs import JsonFormatter
from tenants.models import AuditRecord, Tenant, User
from tests.pageform import form_on

ROOT = Path(__file__).parents[3]
STAFF_A, PASSWORD = "staff-a@example.com", "StaffAPass123!"
PROD = {
    "APP_ENV": "prod",
    "SECRET_KEY": "kJ83hsd7fHJKSDF87sdfhjksdf8s7dfhjksdf87shdfjk34hjk5h3jk4h5",
    "DATABASE_URL": "postgres://someone:pw@db.internal:5432/nitsys",
    "ALLOWED_HOSTS": "entry.example.jp",
}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


def say(name: str, *args: str, **options: Any) -> list[str]:
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue().splitlines()


# Section 3: the environment


@pytest.mark.parametrize("app_env", ["prod", "staging"])
def test_prod_and_staging_start_with_the_least_set(app_env: str) -> None:
    """seed 000_352228edfa213c32 section 3: APP_ENV=prod（stagingは APP_ENV=staging）, DATABASE_URL, SECRET_KEY."""
    least = {"APP_ENV": app_env, "DATABASE_URL": PROD["DATABASE_URL"], "SECRET_KEY": PROD["SECRET_KEY"]}
    found = env.read(least)
    assert (found.app_env, found.secret_key, found.database_url) == tuple(
        least[n] for n in ("APP_ENV", "SECRET_KEY", "DATABASE_URL")
    )
    for name in ("DATABASE_URL", "SECRET_KEY"):
        with pytest.raises(ImproperlyConfigured, match=f"^{name}:"):
            env.read({**least, name: ""})


@pytest.mark.parametrize("links", ["0", ""])
def test_debug_auth_links_is_0_or_unset(links: str) -> None:
    """seed 000_352228edfa213c32 section 3: DEBUG_AUTH_LINKS=0（または未設定）."""
    assert env.read({**PROD, "DEBUG_AUTH_LINKS": links}).debug_auth_links is False
    with pytest.raises(ImproperlyConfigured, match=r"^DEBUG_AUTH_LINKS:"):
        env.read({**PROD, "DEBUG_AUTH_LINKS": "1"})


def test_the_drafting_key_is_set_only_when_needed() -> None:
    """seed 000_352228edfa213c32 section 3: ANTHROPIC_API_KEY=<必要時のみ設定>."""
    assert env.read(PROD).drafting.api_key == ""
    assert env.read({**PROD, "ANTHROPIC_API_KEY": "k"}).drafting.api_key == "k"


@pytest.mark.parametrize("app_env", ["prod", "staging"])
@pytest.mark.parametrize("old", ["HOROLOGEN_SECRET_KEY", "FLASK_SECRET_KEY"])
def test_without_a_key_under_any_of_its_three_names_it_does_not_start(app_env: str, old: str) -> None:
    """seed 000_352228edfa213c32 section 3: SECRET_KEY/HOROLOGEN_SECRET_KEY/FLASK_SECRET_KEY が空なら、アプリは起動失敗."""
    bare = {**PROD, "APP_ENV": app_env, "SECRET_KEY": ""}
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY: required"):
        env.read({**bare, "HOROLOGEN_SECRET_KEY": "", "FLASK_SECRET_KEY": ""})
    with pytest.warns(UserWarning, match=f"{old} is an old name: set SECRET_KEY instead"):
        assert env.read({**bare, old: PROD["SECRET_KEY"]}).secret_key_name == old


def test_one_name_is_the_rule_and_raises_no_warning() -> None:
    """seed 000_352228edfa213c32 section 3: 運用は SECRET_KEY に統一する."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert env.read({**PROD, "FLASK_SECRET_KEY": "other" * 20}).secret_key_name == "SECRET_KEY"


def test_a_key_made_as_the_runbook_says_is_taken() -> None:
    """seed 000_352228edfa213c32 section 3: secrets.token_urlsafe(64)."""
    for _ in range(50):
        env.read({**PROD, "SECRET_KEY": secrets.token_urlsafe(64)})


def test_a_key_made_as_the_second_runbook_says_is_taken() -> None:
    """seed 002_d4f32087aee95a7b 環境変数設定, SECRET_KEY生成方法: get_random_secret_key()."""
    for _ in range(50):
        env.read({**PROD, "SECRET_KEY": get_random_secret_key()})


def test_the_server_process_itself_refuses_without_a_key() -> None:
    """seed 000_352228edfa213c32 section 6-2: 未設定だと起動失敗にする. What render.yaml starts ends before it serves."""
    done = subprocess.run(
        [sys.executable, "-m", "config.runtime.web"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": os.environ["PATH"], **PROD, "SECRET_KEY": "", "PORT": "1"},
    )
    assert done.returncode != 0
    assert "SECRET_KEY: required outside dev" in done.stderr


# Section 4: putting data in


def test_the_target_is_looked_at_before_anything_is_written() -> None:
    """seed 000_352228edfa213c32 section 4-1: 接続先確認, check_env_data."""
    before = AuditRecord.objects.count()
    values = connection.settings_dict
    assert say("check_env_data")[0].endswith(f"{values['HOST'] or 'this machine'} {values['NAME']}")
    assert AuditRecord.objects.count() == before


def test_the_dev_seed_is_refused_in_staging_and_prod(settings: Any) -> None:
    """seed 000_352228edfa213c32 section 4-2: dev用seedをstaging/prodで常用しない."""
    for settings.APP_ENV in ("staging", "prod"):
        with pytest.raises(CommandError, match="Nothing was written"):
            call_command("seed_dev")
    assert not User.objects.exists()


def test_the_least_product_seed_then_the_check() -> None:
    """seed 000_352228edfa213c32 section 4-3: seed_staging_min, check_env_data."""
    assert [line.split(":")[0] for line in say("seed_staging_min")[1:]] == ["made"] * 3
    assert "TESTBRAND / REF001: in tenant-a" in say("check_env_data")


def old_file(path: Path, *rows: tuple[str, str, int]) -> Path:
    """`master_products` as the predecessor keeps them."""
    with sqlite3.connect(path) as database:
        columns = ", ".join(f"{name} TEXT" for name in OLD_COLUMNS)
        database.execute(f"CREATE TABLE IF NOT EXISTS master_products (id INTEGER PRIMARY KEY, {columns})")
        database.executemany("INSERT INTO master_products (brand, reference, price_jpy) VALUES (?, ?, ?)", rows)
    database.close()
    return path


@pytest.fixture
def environment(settings: Any) -> Callable[..., None]:
    """TENANT_ID and SQLITE_DB_PATH."""

    def given(tenant: object, path: object) -> None:
        settings.IMPORT_TENANT_ID, settings.IMPORT_SQLITE_PATH = str(tenant), str(path)

    return given


def test_an_old_file_is_imported_for_the_tenant_of_the_environment_and_may_be_again(
    tmp_path: Path, environment: Callable[..., None], nittai: Tenant, chuo: Tenant
) -> None:
    """seed 000_352228edfa213c32 section 4-4: TENANT_ID=2 SQLITE_DB_PATH="…", ON CONFLICT … DO NOTHING, 同コマンド再実行可."""
    source = old_file(tmp_path / "horologen.db", ("Omega", "ref 1", 1000), ("OMEGA", "R2", 2000))
    for tenant in (chuo.pk, chuo.slug):
        environment(tenant, source)
        said = say("import_master_products_from_sqlite")
    assert re.search(r"inserted 0\b.*skipped 2\b", said[-1])
    assert set(MasterProduct.objects.values_list("tenant__slug", "brand", "reference", "price_jpy")) == {
        ("chuo", "OMEGA", "REF 1", 1000),
        ("chuo", "OMEGA", "R2", 2000),
    }


def test_the_import_changes_nothing_that_is_there(
    tmp_path: Path, environment: Callable[..., None], nittai: Tenant
) -> None:
    """seed 000_352228edfa213c32 section 4-4: 既存はスキップ, 破壊的更新をしない."""
    MasterProduct.objects.create(tenant=nittai, brand="OMEGA", reference="R1", name="手直し", price_jpy=7)
    before = list(MasterProduct.objects.values())
    environment(nittai.pk, old_file(tmp_path / "horologen.db", ("omega", "r1", 1000)))
    say("import_master_products_from_sqlite")
    assert list(MasterProduct.objects.values()) == before


# Section 7: safe operation

DESTROYS = re.compile(r"flush|reset|drop|wipe|truncate|erase|destroy|clear_?(all|db|data)")
ONE_PERSON = {"erase_athlete", "erase_user"}
"""Each takes out one person who asked for it, and only with `--apply` (tests/entries/archive/test_erasing.py)."""


def test_no_command_of_ours_deletes_or_resets_a_database() -> None:
    """seed 000_352228edfa213c32 section 7: DB削除、全消し、reset系は実施しない."""
    ours = {name for name, app in get_commands().items() if app in ("config", "tenants", "catalog", "entries")}
    assert {name for name in ours if DESTROYS.search(name)} - ONE_PERSON == {"flush"}, "ours only to be refused"
    told = "".join((ROOT / name).read_text() for name in ("Makefile", "render.yaml", "README.md", "README.ja.md"))
    assert not re.search(r"manage\.py (flush|reset|sqlflush)|DROP (DATABASE|TABLE|SCHEMA)|migrate \w+ zero", told)


@pytest.mark.parametrize("app_env", ["staging", "prod"])
def test_djangos_own_flush_is_refused_outside_dev(
    nittai: Tenant, monkeypatch: pytest.MonkeyPatch, app_env: str
) -> None:
    """seed 000_352228edfa213c32 section 7: 全消しは実施しない."""
    monkeypatch.setattr(flush, "ENV", replace(env.ENV, app_env=app_env))
    with pytest.raises(CommandError, match=r"refused outside dev.*Nothing was written"):
        call_command("flush", interactive=False)
    assert Tenant.objects.exists()


def test_secrets_are_neither_committed_nor_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """seed 000_352228edfa213c32 section 7: 秘密情報をコミット/ログ出力しない."""
    say("seed_staging_min")
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert not re.search(
        r"^(SECRET_KEY|[A-Z_]+PASSWORD|[A-Z_]*API_KEY|SENTRY_DSN)=\S", (ROOT / ".env.example").read_text(), re.M
    )
    with caplog.at_level("DEBUG"):
        for password, status in ((PASSWORD, 302), ("canary-pass", 422)):
            client = Client()
            values = form_on(client.get("/auth/login"), "email") | {"email": STAFF_A, "password": password}
            assert client.post("/auth/login", values).status_code == status
    logged = "".join(map(JsonFormatter().format, caplog.records)) + caplog.text + "".join(capfd.readouterr())
    assert '"event": "signed_in"' in logged
    assert not [word for word in ("canary-pass", PASSWORD, STAFF_A) if word in logged]


def test_after_a_loss_migrate_seed_and_import_again_bring_the_data_back_and_change_nothing_else(
    tmp_path: Path, environment: Callable[..., None]
) -> None:
    """seed 000_352228edfa213c32 section 7: 復旧時は「migration再実行 → 冪等seed/import再実行」の順."""
    say("seed_staging_min")
    tenant = Tenant.objects.get(slug="tenant-a")
    environment("tenant-a", old_file(tmp_path / "horologen.db", ("OMEGA", "R1", 1000), ("OMEGA", "R2", 2000)))
    say("import_master_products_from_sqlite")
    MasterProduct.objects.filter(reference="R2").update(name="手直し")
    people, kept = list(User.objects.order_by("pk").values()), MasterProduct.objects.get(reference="R2")
    MasterProduct.objects.filter(reference__in=["REF001", "R1"]).delete()
    call_command("migrate", verbosity=0)
    say("seed_staging_min")
    assert re.search(r"inserted 1\b.*skipped 1\b", say("import_master_products_from_sqlite")[-1])
    found = (
        MasterProduct.objects.filter(tenant=tenant).order_by("reference").values_list("reference", "name", "price_jpy")
    )
    assert list(found) == [("R1", "", 1000), ("R2", "手直し", 2000), ("REF001", "確認用商品", 123456)]
    assert MasterProduct.objects.get(reference="R2").pk == kept.pk
    assert list(User.objects.order_by("pk").values()) == people
    say("check_env_data")
