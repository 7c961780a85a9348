"""Bringing products that were stored under a full-width key under the folded one; two that become one are merged."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import ManyToOneRel

from catalog.keys import fold
from catalog.models import MasterProduct, ProductOverride
from catalog.overrides.actions import mark_conflicts
from catalog.values import as_typed
from tenants.audit.actions import record
from tenants.models import Tenant
from tenants.scope import tenant_scope


class Refolded(NamedTuple):
    """One product whose key was not folded. `merged` says that its key was taken by another one; `replaced` are
    corrections that gave way to a later one of the same field."""

    tenant: str
    before: tuple[str, str]
    after: tuple[str, str]
    merged: bool = False
    moved: int = 0
    replaced: int = 0


def fold_keys(*, at: datetime, apply: bool) -> list[Refolded]:
    """Every host's products whose key is not folded, and what becomes of each. Without `apply` nothing is written.

    Of two products with one key the newer is the master, as if the later file had been read onto the earlier product.
    Entries, corrections, drafts and what was opened last go over to it; of two corrections of a field the later holds.
    """
    return [done for tenant in Tenant.objects.order_by("pk") for done in _of_tenant(tenant, at=at, apply=apply)]


def _of_tenant(tenant: Tenant, *, at: datetime, apply: bool) -> Iterator[Refolded]:
    with tenant_scope(tenant.pk):
        rows = MasterProduct.objects.order_by("pk").values_list("pk", "brand", "reference")
        unfolded = [row for row in rows.iterator(chunk_size=5_000) if (fold(row[1]), fold(row[2])) != row[1:]]
        for pk, brand, reference in unfolded:
            with transaction.atomic():
                yield _fold(tenant, pk, (brand, reference), at=at)
                if not apply:
                    transaction.set_rollback(True)


def _fold(tenant: Tenant, pk: int, before: tuple[str, str], *, at: datetime) -> Refolded:
    after = fold(before[0]), fold(before[1])
    product = MasterProduct.objects.select_for_update(of=("self",)).get(pk=pk)
    held = MasterProduct.objects.select_for_update(of=("self",))
    other = held.filter(brand=after[0], reference=after[1]).exclude(pk=pk).first()
    if other is None:
        _rename(product, after)
        return Refolded(tenant.slug, before, after)
    newer, older = (product, other) if product.pk > other.pk else (other, product)
    moved, lost = _move_all(older, newer)
    older.delete()
    _rename(newer, after)
    mark_conflicts([newer.pk], at=at)
    was = {"brand": older.brand, "reference": older.reference, "name": older.name}
    record("product.merged", newer, by=None, before=was | lost, after={"brand": after[0], "reference": after[1]})
    return Refolded(tenant.slug, before, after, merged=True, moved=moved, replaced=len(lost))


def _rename(product: MasterProduct, key: tuple[str, str]) -> None:
    product.brand, product.reference = key
    product.save(update_fields=["brand", "reference"])


def _move_all(older: MasterProduct, newer: MasterProduct) -> tuple[int, dict[str, Any]]:
    """How many rows of other tables went over, and the corrections that did not, by field."""
    moved, lost = _move_overrides(older, newer)
    for relation in MasterProduct._meta.get_fields(include_hidden=True):  # hidden: those of later apps, such as entries
        table: Any = relation.related_model
        if not isinstance(relation, ManyToOneRel) or table is ProductOverride:
            continue
        name = relation.field.name
        rows = table._base_manager.filter(**{name: older})
        for unique in (one for one in table._meta.constraints if isinstance(one, models.UniqueConstraint)):
            if name in unique.fields:
                beside = [column for column in unique.fields if column != name]
                taken = table._base_manager.filter(**{name: newer}).values(*beside)
                rows = rows.exclude(**{f"{beside[0]}__in": taken})
        moved += rows.update(**{name: newer})
    return moved, lost


def _move_overrides(older: MasterProduct, newer: MasterProduct) -> tuple[int, dict[str, Any]]:
    kept = {override.field: override for override in ProductOverride.objects.filter(product=newer)}
    moved, lost = 0, {}
    for override in ProductOverride.objects.filter(product=older):
        rival = kept.get(override.field)
        if rival is not None and rival.made_at >= override.made_at:
            lost[override.field] = as_typed(override.value)
            continue
        if rival is not None:
            lost[override.field] = as_typed(rival.value)
            rival.delete()
        ProductOverride.objects.filter(pk=override.pk).update(product=newer)
        moved += 1
    return moved, lost
