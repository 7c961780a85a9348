"""Every number that somebody types has a least and a most that mean something, at its column and in its form."""

from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import translation

from entries.heat.forms import BibRangeForm, SeedingForm
from entries.heat.models import BibRange, RaceSeeding
from entries.meet.models import Meet, Race, TimetableSlot
from tenants.bounds import bound, within
from tenants.models import IncidentContact

TYPED_OTHERWISE = {
    "catalog.MasterProduct.price_jpy": "catalog.fields reads prices at every door; watches cost anything",
    "entries.Race.standard": "a time, read by MarkField",
    "entries.Entry.seed_time": "a time, read by MarkField",
    "entries.Entry.personal_best": "a time, read by MarkField",
    "entries.RaceSeeding.farthest": "a span of time, bounded in SeedingForm",
    "tenants.RetentionRule.days": "each class of data has its own bounds in DaysForm",
}
WRITTEN_BY_US = {
    "catalog.BrandCount.products", "catalog.DraftMonth.used", "catalog.ImportRun.size", "catalog.ProductDraft.similarity",
    "entries.Bib.number", "entries.BibRange.position", "entries.HeatChange.version", "entries.Entry.fee", "entries.Heat.number",
    "entries.ListVersion.number", "entries.MeetArchive.size", "entries.SeedingPin.heat_number", "entries.SheetDraft.version",
    "entries.Start.hip_number", "entries.Start.rank", "entries.ArchivePiece.number", "tenants.Job.attempts", "tenants.Job.done",
    "tenants.Job.total", "tenants.OutboxMail.attempts", "tenants.Throttle.attempts", "tenants.Timing.count", "tenants.Timing.failures",
}  # fmt: skip
LIMITS = [
    (Race, "places", 0, 10_000), (Race, "waiting_places", 0, 10_000), (Race, "starters_per_heat", 1, 500),
    (Race, "distance_m", 10, 200_000), (Race, "fee", 0, 100_000), (Race, "entries_per_team", 1, 2_000),
    (Race, "position", 0, 9_999), (Meet, "fee", 0, 100_000), (Meet, "races_per_athlete", 1, 50),
    (Meet, "call_minutes", 0, 240), (TimetableSlot, "number", 1, 999), (RaceSeeding, "heats", 1, 999), (RaceSeeding, "track", 1, 9),
    (RaceSeeding, "gap_minutes", 0, 120), (Meet, "rest_minutes", 1, 600),
    (RaceSeeding, "fast_heats", 0, 99), (RaceSeeding, "fast_size", 1, 500), (RaceSeeding, "most_of_a_team", 1, 500),
    (RaceSeeding, "farthest_heats", 0, 99), (RaceSeeding, "stays", 0, 10_000), (BibRange, "first", 1, 99_999),
    (BibRange, "last", 1, 99_999), (IncidentContact, "position", 0, 99),
]  # fmt: skip


def typed_numbers() -> dict[str, models.Field]:
    """Whole numbers that are not marked as written by the site."""
    columns = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    ours = [field for field in columns if field.model._meta.app_label in ("tenants", "catalog", "entries")]
    return {
        str(field): field
        for field in ours
        if isinstance(field, models.IntegerField) and field.editable and not field.primary_key and not field.choices
    }


def has_bounds(field: Any) -> bool:
    kinds = {type(one) for one in field._validators}
    return kinds >= {MinValueValidator, MaxValueValidator}


def test_every_number_that_is_typed_has_its_bounds() -> None:
    without = {label for label, field in typed_numbers().items() if not has_bounds(field)}
    assert without == TYPED_OTHERWISE.keys() | WRITTEN_BY_US


@pytest.mark.parametrize(("model", "name", "least", "most"), LIMITS)
def test_a_number_is_taken_up_to_its_limit(model: type[models.Model], name: str, least: int, most: int) -> None:
    column: Any = model._meta.get_field(name)
    assert [column.clean(value, None) for value in (least, most)] == [least, most]
    for beyond in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            column.clean(beyond, None)
    field = column.formfield()
    bound({name: field}, model)
    assert [field.clean(str(value)) for value in (least, most)] == [least, most]
    assert (field.widget.attrs["min"], field.widget.attrs["max"]) == (least, most)


@pytest.mark.parametrize(
    ("language", "low", "high"),
    [
        ("ja", "1以上の値を入力してください。", "99999以下の値を入力してください。"),
        ("en", "Ensure this value is greater than or equal to 1.", "Ensure this value is less than or equal to 99999."),
    ],
)
def test_beyond_it_one_sentence_says_the_limit(language: str, low: str, high: str) -> None:
    with translation.override(language):
        form = BibRangeForm({"first": "0", "last": "1" * 40})
        assert (list(form.errors["first"]), list(form.errors["last"])) == ([low], [high])


@pytest.mark.django_db
def test_a_span_of_times_is_at_most_ten_minutes(race: Race) -> None:
    row = RaceSeeding(race=race)
    for typed, wrong in (("10:00.00", []), ("10:00.01", ["10分以内で入力してください。"])):
        assert SeedingForm({"farthest": typed}, instance=row).errors.get("farthest", []) == wrong


def test_other_fields_are_left_alone() -> None:
    field = forms.CharField()
    bound({"places": field}, Race)
    assert "max" not in field.widget.attrs
    assert [one.limit_value for one in within(1, 2)] == [1, 2]
