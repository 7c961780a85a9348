"""Before and after, for people: examples of what a file changes, and where it disagrees with a correction."""

import json
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from catalog.fields import SPECS, Value
from catalog.importing.merging import TEXTS, Merge
from catalog.importing.staging import plain_text
from catalog.models import ProductOverride
from catalog.overrides.rules import is_conflict
from catalog.values import is_empty

MOST_CHANGED, MOST_SHOWN = 40, 50
BATCH = 500
Change = list[Value]
"""Field, before, after."""


def as_value(name: str, raw: Any) -> Value:
    """What a column gives, in the form of `catalog.fields`; both databases give something else."""
    if raw is None:
        return None
    if name == "stack_height_mm":
        return f"{Decimal(str(raw)):.1f}"
    if name == "events_allowed":
        return json.loads(raw) if isinstance(raw, str) else raw
    return raw.isoformat() if isinstance(raw, date) else raw


def samples(merge: Merge) -> list[dict[str, Any]]:
    """The first changed products and, behind them, the first new ones; fifty in all."""
    found = [_sample(merge, row) for row in merge.rows("t.is_changed", MOST_CHANGED)]
    new = merge.rows("t.product_id IS NULL", MOST_SHOWN - len(found))
    return found + [_sample(merge, row) for row in new]


def _sample(merge: Merge, row: tuple[Any, ...]) -> dict[str, Any]:
    brand, reference, product_id = row[:3]
    return {
        "brand": brand,
        "reference": reference,
        "is_new": product_id is None,
        "changes": changes_of(merge, row, is_new=product_id is None),
    }


def changes_of(merge: Merge, row: tuple[Any, ...], *, is_new: bool = False) -> list[Change]:
    """The fields that differ. Of a new product those that hold anything."""
    values = row[5:]
    half = len(merge.fields)
    pairs = [
        [name, None if is_new else as_value(name, values[at]), as_value(name, values[half + at])]
        for at, name in enumerate(merge.fields)
    ]
    before, patch = _loaded(row[3]), _loaded(row[4])
    pairs += [[f"{SPECS}{name}", before.get(name), after or ""] for name, after in patch.items()]
    return [pair for pair in pairs if pair[1] != pair[2] and not _says_the_same(*pair)]


def _says_the_same(name: str, before: Value, after: Value) -> bool:
    if name in TEXTS and before and after:
        return plain_text(before) == plain_text(after)
    return is_empty(before) and is_empty(after)


def _loaded(raw: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw) if isinstance(raw, str) else raw or {}
    return found


def conflicts(merge: Merge) -> int:
    """How many corrections would be in conflict that are not yet, if the rows were written."""
    ids = iter(merge.changed_with_overrides())
    return sum(_conflicts(merge, batch) for batch in iter(lambda: list(islice(ids, BATCH)), []))


def _conflicts(merge: Merge, product_ids: list[int]) -> int:
    listed = ", ".join(str(int(product_id)) for product_id in product_ids)
    rows = {row[2]: row for row in merge.rows(f"t.product_id IN ({listed})", BATCH)}
    incoming = {
        (product_id, field): after for product_id, row in rows.items() for field, _, after in changes_of(merge, row)
    }
    overrides = ProductOverride.objects.filter(product_id__in=product_ids, conflict_at=None).order_by("pk")
    return sum(
        is_conflict(override, incoming[override.product_id, override.field])
        for override in overrides
        if (override.product_id, override.field) in incoming
    )
