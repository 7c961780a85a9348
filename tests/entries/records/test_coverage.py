"""No table is forgotten: each has a record in its room, or a line that says why it needs none."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from entries.entry.models import Entry, SheetDraft
from entries.records import coverage, free_text_columns, tables, traces
from entries.roster.models import Athlete
from tenants.privacy import classes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


def every_table() -> Iterator[type[models.Model]]:
    """Of our apps and of Django's, those between two tables of many too."""
    yield from apps.get_models(include_auto_created=True)


def test_every_table_has_a_record() -> None:
    assert coverage.unrecorded(every_table()) == []


@isolate_apps("entries")
def test_a_new_table_without_a_record_is_found() -> None:
    class Payment(models.Model):
        payer = models.CharField(max_length=60)

        class Meta:
            app_label = "entries"

    assert coverage.unrecorded([*every_table(), Payment]) == ["entries.Payment"]


def test_a_table_whose_record_is_taken_away_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_traces", [one for one in traces._traces if one.model is not SheetDraft])
    assert coverage.unrecorded(every_table()) == []  # how long it is kept is still said
    left = {kind: one for kind, one in classes._classes.items() if kind != "sheet_drafts"}
    monkeypatch.setattr(classes, "_classes", left)
    assert coverage.unrecorded(every_table()) == ["entries.SheetDraft"]


def test_every_kind_of_record_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the registries alone would miss tables that another one has."""
    registries: list[tuple[Any, str, Any]] = [
        (tables, "_tables", []),
        (free_text_columns, "_texts", []),
        (coverage, "_nothing", {}),
    ]
    for module, name, empty in registries:
        with monkeypatch.context() as patched:
            patched.setattr(module, name, empty)
            assert coverage.unrecorded(every_table()) != []


def test_what_holds_nothing_is_recorded_nowhere_else() -> None:
    assert [model for model in coverage.exempt() if model in coverage.recorded()] == []
    assert [model for model, why in coverage.exempt().items() if len(why.split()) < 3] == []


def test_a_part_goes_with_a_table_that_has_a_record() -> None:
    for part, whole in coverage.parts().items():
        assert whole in coverage.recorded()
        links = [field.remote_field for field in part._meta.concrete_fields if field.related_model is whole]
        assert [link.on_delete for link in links if link is not None] == [models.CASCADE]


def test_what_names_a_person_by_number_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with a column for an athlete has traces: standing in the archive alone would keep them after an erasure."""

    def without_traces() -> list[str]:
        found = {one.model for one in traces.traces()}
        linked = (
            model for model in every_table() if any(_is_of(Athlete, field) for field in model._meta.concrete_fields)
        )
        return [model._meta.label for model in linked if model not in found]

    assert without_traces() == []
    monkeypatch.setattr(traces, "_traces", [one for one in traces._traces if one.model is not Entry])
    assert without_traces() == ["entries.Entry"]


def _is_of(model: type[models.Model], field: models.Field) -> bool:
    return field.related_model is model
