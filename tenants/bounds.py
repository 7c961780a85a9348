"""Least and most of a number that is typed. The column's own bound is far away, and differs from one database to the other."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models


def within(least: int | Decimal, most: int | Decimal) -> list[BaseValidator]:
    """For a model's field: what is beyond is a slip of the hand. Every form of the model shows and holds it (`bound`)."""
    return [MinValueValidator(least), MaxValueValidator(most)]


def bound(fields: Mapping[str, forms.Field], model: type[models.Model]) -> None:
    """Give the number fields of a form the bounds of their columns, so that each refusal stands once, beside its field."""
    for column in model._meta.concrete_fields:
        field: Any = fields.get(column.name)
        own: Any = [one for one in column._validators if isinstance(one, MinValueValidator | MaxValueValidator)]  # type: ignore[attr-defined]
        if type(field) is not forms.IntegerField or not own:
            continue
        for one in own:
            setattr(field, "min_value" if isinstance(one, MinValueValidator) else "max_value", one.limit_value)
        field.validators = own
        field.widget.attrs |= field.widget_attrs(forms.NumberInput())
