"""Telephone numbers are read alike at every door."""

import pytest
from django.apps import apps
from django.forms import ValidationError

from tenants.phone import PhoneField, PhoneFormField, parse_phone
from tenants.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("090-1234-5678", "090-1234-5678"), ("０９０−１２３４−５６７８", "090-1234-5678"), ("090ー1234ー5678", "090-1234-5678"),
        (" 0901234ｰ5678 ", "0901234-5678"), ("（03）1234‐5678", "(03)1234-5678"), ("+81 90 1234 5678", "+81 90 1234 5678"), ("", ""),
    ],
)  # fmt: skip
def test_every_form_is_stored_in_one(typed: str, stored: str) -> None:
    assert parse_phone(typed) == stored
    assert PhoneFormField(required=False).clean(typed) == stored


@pytest.mark.parametrize("typed", ["090-1234", "でんわ", "090-1234-5678x", "0" * 21, "--------- ", "09012345678\n1"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="phone_unreadable"):
        parse_phone(typed)
    with pytest.raises(ValidationError):
        PhoneFormField(max_length=99).clean(typed)


def test_every_column_of_a_telephone_number_reads_it() -> None:
    columns = [field for model in apps.get_models() for field in model._meta.fields if field.name.endswith("phone")]
    assert [str(field) for field in columns if not isinstance(field, PhoneField)] == []
    assert len(columns) >= 4
