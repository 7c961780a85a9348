"""What the page of a run is made of, stage by stage."""

from collections.abc import Mapping
from typing import Any

from catalog.importing import context, queries
from catalog.importing.context import Stage
from catalog.importing.grid_shown import product_page
from catalog.importing.models import ImportRun


def values_of(run: ImportRun, query: Mapping[str, str], *, here: str) -> dict[str, Any]:
    """For the template of a run; `query` chooses the state and the page of its rows, `here` is where its forms are sent."""
    stage = context.stage_of(run)
    values: dict[str, Any] = {"title": context.title_of(run), "run": run, "stage": stage, "bars": context.bars(run)}
    if stage == Stage.MOVING:
        values["said"] = context.said_percent(run)
    elif stage == Stage.PREVIEW:
        values |= _preview(run, query, here)
    elif stage == Stage.DONE:
        values |= _rejected(run)
    elif stage == Stage.FAILED:
        values |= {"refusal": context.refusal_of(run)} | context.choices(queries.grid_to_name(run), here)
    return values


def _preview(run: ImportRun, query: Mapping[str, str], here: str) -> dict[str, Any]:
    """Every row of a grid; of a large CSV, which has none, examples and the first refused rows."""
    values: dict[str, Any] = {"to_write": context.to_write(run)}
    kept = queries.kept_rows(run)
    if kept is not None:
        grid, rows = kept
        return values | {"page": product_page(grid, rows, query)} | context.choices(grid, here)
    found = queries.understood_columns(run)
    values |= {"samples": context.samples(run), "columns": context.understood(found) if found else []}
    return values | _rejected(run) | context.choices(queries.grid_to_name(run), here)


def _rejected(run: ImportRun) -> dict[str, Any]:
    return {"rejected": queries.first_rejected(run)} if run.counts.get("rejected") else {}
