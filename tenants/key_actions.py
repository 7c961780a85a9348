"""Filling search keys where something wrote rows without them: a release before the column, a restore of an older backup."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from tenants.searched import KEY, SearchKeyField, field_of, keyed_models

BATCH = 500
"""Rows that are locked at once, for some tens of milliseconds."""


def fill(model: type[models.Model], field: SearchKeyField, *, only_empty: bool = False) -> int:
    """Write the key wherever it is not what the row's columns give; how many rows that was. Batch by batch, each
    committed by itself, so that nobody waits for the whole table; doing it twice changes nothing."""
    rows = model._base_manager.order_by("pk")
    if only_empty:
        rows = rows.filter(**{KEY: ""})
    last, written = 0, 0
    while batch := list(rows.filter(pk__gt=last).values("pk", KEY, *field.sources)[:BATCH]):
        last = batch[-1]["pk"]
        wrong = [values["pk"] for values in batch if values[KEY] != field.of_values(values)]
        written += _write(model, field, wrong) if wrong else 0
    return written


@transaction.atomic
def _write(model: type[models.Model], field: SearchKeyField, numbers: Sequence[int]) -> int:
    rows: list[Any] = list(model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=numbers))
    for row in rows:
        setattr(row, KEY, field.of(row))
    return model._base_manager.bulk_update(rows, [KEY])


def fill_empty(*, at: datetime) -> int:
    """All tables' rows without a key. While a release is rolled out the code before it writes such rows."""
    return sum(fill(model, field_of(model), only_empty=True) for model in keyed_models())
