"""Correcting a product's field, taking the correction back, and noticing when the master changes under it.

A correction locks its product's row first, as an import does by changing it: of a correction and an import at the same
instant, whichever comes second sees the first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from catalog.models import MasterProduct, ProductOverride
from catalog.overrides import rules
from catalog.overrides.queries import override_of
from catalog.values import master_value
from tenants.audit.actions import Values, record, record_many
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

BATCH = 1000


@retry_when_locked
@transaction.atomic
def override_field(
    product: MasterProduct,
    field: str,
    value_text: str,
    *,
    by: User | None,
    why: str = "",
    at: datetime,
    seen: str | None = None,
) -> ProductOverride:
    """Let `value_text` hold instead of the master's value. A conflict is settled by it.

    `seen` is what the person had before them (`rules.version_of`), None when nobody looked. Raises Refused with the
    codes of `rules.read_value`, and "edited_meanwhile" when somebody else, or the master, changed the field since.
    """
    product = _locked(product)
    override = override_of(product, field)
    value = rules.read_value(product, field, value_text)
    base = master_value(product, field)
    if override is not None and (override.value, override.why, override.base) == (value, why, base):
        return override
    rules.check_as_seen(product, field, override, seen)
    verb, before = ("override.changed", override.value) if override else ("override.made", base)
    override = override or ProductOverride(tenant_id=product.tenant_id, product=product, field=field)
    override.value, override.base, override.why = value, base, why
    override.by, override.made_at, override.conflict_at = by, at, None
    override.save()
    record(verb, product, by=by, before={field: before}, after={field: value}, why=why)
    return override


@retry_when_locked
@transaction.atomic
def release(product: MasterProduct, field: str, *, by: User | None, seen: str | None = None) -> bool:
    """Let the master's value hold again. False when there was no correction any more.

    Raises Refused("edited_meanwhile") as `override_field` does.
    """
    product = _locked(product)
    override = override_of(product, field)
    if override is None:
        return False
    rules.check_as_seen(product, field, override, seen)
    before, after = {field: override.value}, {field: master_value(product, field)}
    override.delete()
    record("override.released", product, by=by, before=before, after=after)
    return True


@retry_when_locked
@transaction.atomic
def keep(product: MasterProduct, field: str, *, by: User | None, seen: str | None = None) -> ProductOverride:
    """Keep the correction against what the master says now; the conflict is settled.

    Raises Refused("override_gone"), and "edited_meanwhile" as `override_field` does.
    """
    product = _locked(product)
    override = override_of(product, field)
    if override is None:
        raise Refused("override_gone")
    rules.check_as_seen(product, field, override, seen)
    base = master_value(product, field)
    if override.conflict_at is None and override.base == base:
        return override
    before = {field: override.base}
    override.base, override.conflict_at = base, None
    override.save(update_fields=["base", "conflict_at"])
    record("override.kept", product, by=by, before=before, after={field: base}, why=str(override.value))
    return override


@transaction.atomic
def mark_conflicts(product_ids: Iterable[int], *, at: datetime, by: User | None = None) -> int:
    """Compare the corrections of these products with the master as it is now; how many are in conflict that were not.

    Call it in the transaction that changed the masters, with the ids of those alone; a million ids cost a query per
    thousand. A correction whose master came back to what it was made against is settled by itself.
    """
    ids = iter(product_ids)
    return sum(_mark(batch, at=at, by=by) for batch in iter(lambda: list(islice(ids, BATCH)), []))


def _mark(product_ids: list[int], *, at: datetime, by: User | None) -> int:
    found = ProductOverride.objects.filter(product_id__in=product_ids).select_related("product").order_by("pk")
    new, settled = [], []
    for override in found:
        if rules.is_conflict(override, master_value(override.product, override.field)):
            if override.conflict_at is None:
                new.append(override)
        elif override.conflict_at is not None:
            settled.append(override)
    for verb, rows, moment in (("override.conflicted", new, at), ("override.settled", settled, None)):
        if rows:
            ProductOverride.objects.filter(pk__in=[row.pk for row in rows]).update(conflict_at=moment)
            record_many(verb, _changes(rows), by=by)
    return len(new)


def _changes(rows: list[ProductOverride]) -> Iterator[tuple[MasterProduct, Values, Values]]:
    for row in rows:
        yield row.product, {row.field: row.base}, {row.field: master_value(row.product, row.field)}


def _locked(product: MasterProduct) -> MasterProduct:
    """The row as it is once everybody else's change of it is through, held until ours is."""
    return MasterProduct.objects.select_for_update(of=("self",), no_key=True).get(pk=product.pk)
