"""Telephone numbers: the only reader, for every form and every table that holds one."""

import re
from typing import Any

from django import forms
from django.db import models

from tenants.half_width import half_width
from tenants.refusal import Refused
from tenants.wording import say

LONGEST, FEWEST_DIGITS = 20, 9
_NUMBER = re.compile(r"\+?[0-9() -]+")


def parse_phone(text: str) -> str:
    """Digits, hyphens, brackets and a leading +, all of half width; empty for no text. Raises Refused."""
    text = half_width(text).strip()
    digits = sum(letter.isdigit() for letter in text)
    if text and not (_NUMBER.fullmatch(text) and digits >= FEWEST_DIGITS and len(text) <= LONGEST):
        raise Refused("phone_unreadable")
    return text


class PhoneFormField(forms.CharField):
    """A field that is filled in by a phone's own memory, with the keys for digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": "tel", "inputmode": "tel"})

    def to_python(self, value: Any) -> str:
        """The number as it is stored. Raises ValidationError."""
        try:
            return parse_phone(super().to_python(value) or "")
        except Refused as refusal:
            raise forms.ValidationError(say(refusal), code=refusal.code) from None


class PhoneField(models.CharField):
    """A text column whose forms, at the desk too, read telephone numbers."""

    def formfield(self, **kwargs: Any) -> Any:
        """As Django's, of the class above."""
        return super().formfield(**{"form_class": PhoneFormField, **kwargs})

    def deconstruct(self) -> Any:
        """To a migration it is a text column."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
