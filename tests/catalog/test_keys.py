"""Brand and reference have one key however wide they are typed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.key_actions import fold_keys
from catalog.keys import fold, name_forms
from catalog.models import BrandCount, MasterProduct, ProductOverride, SeenProduct
from catalog.overrides.actions import override_field
from entries.entry.models import Entry
from entries.meet.models import Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.entries.entry.sheets import row, send

Make = Callable[..., MasterProduct]


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_width_and_case_make_no_difference(text: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text)
    assert fold(f"　{wide.lower()} ") == fold(text) == text.upper()


def test_what_is_a_letter_stays() -> None:
    assert fold("ﾌﾟｰﾏ") == "プーマ"
    assert fold("プーマ") != fold("プ-マ")


@pytest.mark.parametrize(
    ("typed", "forms"),
    [
        ("ガード", {"ガード", "がーど", "ｶﾞｰﾄﾞ"}),
        ("がーど", {"ガード", "がーど", "ｶﾞｰﾄﾞ"}),
        ("ｶﾞｰﾄﾞ", {"ガード", "がーど", "ｶﾞｰﾄﾞ"}),
        ("ＧＴ　２", {"ＧＴ　２", "GT 2"}),
        ("Metaspeed", {"Metaspeed"}),
        ("風神", {"風神"}),
    ],
)
def test_a_name_is_looked_for_in_every_kana_and_width(typed: str, forms: set[str]) -> None:
    assert set(name_forms(typed)) == forms


@given(st.text(min_size=1).filter(str.strip))
def test_what_was_typed_is_always_among_the_forms(text: str) -> None:
    assert text.strip() in name_forms(text)
    assert all(name_forms(text))


@pytest.fixture
def make(nittai: Tenant) -> Make:
    def product(brand: str, reference: str = "A1", **values: Any) -> MasterProduct:
        with tenant_scope(nittai.pk):
            return MasterProduct.objects.create(tenant=nittai, brand=brand, reference=reference, **values)

    return product


def keys() -> list[tuple[str, str]]:
    with across_tenants():
        return list(MasterProduct.objects.order_by("pk").values_list("brand", "reference"))


@pytest.mark.django_db
def test_a_dry_run_says_all_and_writes_nothing(make: Make, now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    make("ＡＣＭＥ", "Ｂ２")
    make("ACME")
    make("ＡＣＭＥ")
    call_command("fold_product_keys")
    said = capsys.readouterr().out
    assert "renamed: 1\nmerged: 1\n" in said
    assert "nittai: ＡＣＭＥ / Ｂ２ -> ACME / B2 (renamed)" in said
    assert "--apply" in said
    assert keys() == [("ＡＣＭＥ", "Ｂ２"), ("ACME", "A1"), ("ＡＣＭＥ", "A1")]


@pytest.mark.django_db
def test_two_that_become_one_keep_what_hangs_on_them(
    make: Make, client: Client, nittai: Tenant, endo: User, baba: User, kita: Team, race: Race, runners: list[Athlete], now: datetime
) -> None:  # fmt: skip
    older = make("ACME", name="旧", price_jpy=100, category="shoe")
    newer = make("ＡＣＭＥ", name="新", price_jpy=200, category="shoe")
    client.force_login(baba)
    assert send(client, race.meet, None, [row(runners[0], race, shoe=older.pk)]).status_code == 303
    with tenant_scope(nittai.pk):
        assert Entry.objects.get().shoe_id == older.pk
        for product, field, value, ago in (
            (older, "name", "先", 9), (newer, "name", "後", 1), (older, "price_jpy", "150", 9), (newer, "category", "x", 9), (older, "category", "y", 1),
        ):  # fmt: skip
            override_field(product, field, value, by=endo, why="", at=now - timedelta(days=ago))
        for product in (older, newer):
            SeenProduct.objects.create(tenant=nittai, user=endo, product=product, seen_at=now)
    [done] = fold_keys(at=now, apply=True)
    assert (done.merged, done.replaced) == (True, 2)
    with tenant_scope(nittai.pk):
        [product] = MasterProduct.objects.all()
        assert (product.pk, product.brand, product.name, product.price_jpy) == (newer.pk, "ACME", "新", 200)
        assert dict(ProductOverride.objects.values_list("field", "value")) == {
            "name": "後",
            "price_jpy": 150,
            "category": "y",
        }
        assert ProductOverride.objects.get(field="price_jpy").conflict_at == now
        assert SeenProduct.objects.get().product_id == newer.pk
        assert Entry.objects.get().shoe_id == newer.pk
        assert list(BrandCount.objects.filter(products__gt=0).values_list("brand", "products")) == [("ACME", 1)]
    trail = AuditRecord.objects.get(verb="product.merged")
    assert trail.before == {"brand": "ACME", "reference": "A1", "name": "先", "category": "x"}
    assert fold_keys(at=now, apply=True) == []


@pytest.mark.django_db
def test_products_of_two_hosts_are_never_one(make: Make, chuo: Tenant, now: datetime) -> None:
    make("ACME")
    with tenant_scope(chuo.pk):
        MasterProduct.objects.create(tenant=chuo, brand="ＡＣＭＥ", reference="A1")
    assert [done.merged for done in fold_keys(at=now, apply=True)] == [False]
    assert keys() == [("ACME", "A1"), ("ACME", "A1")]


@pytest.mark.django_db
def test_the_migration_renames_and_merges_nothing(make: Make) -> None:
    make("ＡＣＭＥ", "Ｂ２")
    make("ACME")
    make("ＡＣＭＥ")
    import_module("catalog.migrations.0007_fold_keys").fold_keys(apps, None)
    assert keys() == [("ACME", "B2"), ("ACME", "A1"), ("ＡＣＭＥ", "A1")]
