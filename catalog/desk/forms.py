"""What staff may ask the catalogue, and type into it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.desk.queries import MOST_FOUND, PAGE
from catalog.fields import FIELDS, SPECS, Value
from catalog.overrides.rules import MOST_SPEC
from catalog.shoes.events import ListStatus, ShoeEvent
from catalog.values import as_typed
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.wording import say

MOST_REFERENCES = 1000
REFERENCES_SHOWN = 100
LAST_PAGE = MOST_FOUND // PAGE
SHORT = 100
"""Values up to this length are typed into one line."""


class ReferencesForm(Form):
    brand = forms.CharField(label=_("ブランド"), max_length=100, required=False)
    q = forms.CharField(label=_("型番"), max_length=100, required=False)
    limit = forms.IntegerField(
        label=_("件数"), min_value=1, max_value=MOST_REFERENCES, required=False, initial=REFERENCES_SHOWN
    )
    tenant = forms.SlugField(label=_("主催団体"), max_length=40, required=False)

    def clean_limit(self) -> int:
        """How many to list; the usual number when nothing was asked."""
        return int(self.cleaned_data["limit"] or REFERENCES_SHOWN)


class SearchForm(Form):
    """The staff's search: brand, and a part of reference or name."""

    brand = forms.CharField(label=_("ブランド"), max_length=100, required=False)
    reference = forms.CharField(
        label=_("型番・商品名"), max_length=100, required=False, help_text=_("先頭からでも、途中の文字でも探せます。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


def page_of(text: str, *, last: int = LAST_PAGE) -> int:
    """A page's number as the address says it; the first for anything else, the last for more."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= 6
    return min(max(int(text), 1), last) if is_number else 1


class OverrideForm(Form):
    """One correction. `field` says of what; the value is checked by the action, which knows the product."""

    use_required_attribute = False
    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    why = forms.CharField(
        label=_("理由"), max_length=300, required=False, help_text=_("例: 実測、メーカーの発表、値札の誤り")
    )

    def __init__(self, *args: Any, field: str, value: Value = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_override_%s"})
        self.fields["value"] = _value_field(field, value)
        self.fields["value"].label = _("修正値")
        if field != "events_allowed":  # each box would ask for it
            self.fields["value"].widget.attrs["autofocus"] = True
        self.fields["value"].error_messages["required"] = say(Refused("override_empty"))
        self.order_fields(["value", "why", "seen"])

    def text(self) -> str:
        """What was typed or chosen, as one text."""
        value = self.cleaned_data["value"]
        return " ".join(value) if isinstance(value, list) else str(value)


def _value_field(field: str, value: Value) -> forms.Field:
    """The input that suits the field, holding `value`."""
    if field == "events_allowed":
        return forms.MultipleChoiceField(
            choices=ShoeEvent.choices, widget=forms.CheckboxSelectMultiple, initial=value or []
        )
    if field == "list_status":
        choices = [("", _("選んでください")), *((code, name) for code, name in ListStatus.choices if code)]
        return forms.ChoiceField(choices=choices, initial=value)
    text = as_typed(value)
    is_long = field.startswith(SPECS) and (len(text) > SHORT or "\n" in text or field == f"{SPECS}remarks")
    widget: forms.Widget = forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput()
    if field in ("valid_from", "valid_until"):
        widget = forms.DateInput(attrs={"type": "date"})
    if field in ("price_jpy", "stack_height_mm"):
        widget.attrs["inputmode"] = "decimal"
    most = MOST_SPEC if field not in FIELDS else 200
    return forms.CharField(max_length=most, widget=widget, initial=text)
