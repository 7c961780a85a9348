"""What the organizer types about a master product."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.fields import FIELDS, MOST_STACK_MM
from catalog.keys import fold
from catalog.shoes.events import ShoeEvent
from tenants.desk.forms import HostedForm
from tenants.refusal import Refused
from tenants.wording import say


class EventsInput(forms.CheckboxSelectMultiple):
    """A box for each kind of race. Its value is one text, "track road", as in a CSV: so that the hidden value beside it,
    by which lost updates are seen, is one input too."""

    def format_value(self, value: Any) -> list[str]:
        return value.split() if isinstance(value, str) else list(value or ())

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        ticked = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return " ".join(ticked) if isinstance(ticked, list) else str(ticked)


class EventsField(forms.Field):
    """Kinds of race: a list of codes in the order of `ShoeEvent`."""

    widget = EventsInput(choices=ShoeEvent.choices)

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        """As the catalogue reads it from a file. Raises ValidationError."""
        try:
            found: list[str] = FIELDS["events_allowed"].read(self.prepare_value(value) or "")
        except Refused as refusal:
            raise forms.ValidationError(say(refusal), code=refusal.code) from None
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what is ticked, in whatever order."""
        return set((self.prepare_value(initial) or "").split()) != set((self.prepare_value(data) or "").split())


class ProductForm(HostedForm):
    """A product. Brand and reference are stored as they are searched."""

    events_allowed = EventsField(
        label=gettext_lazy("使用できる種目"),
        required=False,
        help_text=gettext_lazy("承認リストでこのシューズを使える種目の区分。"),
    )

    def clean_brand(self) -> str:
        return fold(str(self.cleaned_data["brand"]))

    def clean_reference(self) -> str:
        return fold(str(self.cleaned_data["reference"]))

    def clean_stack_height_mm(self) -> Any:
        """Above 0 and at most MOST_STACK_MM."""
        height = self.cleaned_data["stack_height_mm"]
        if height is not None and not 0 < height <= MOST_STACK_MM:
            raise forms.ValidationError(say(Refused("product_stack")))
        return height

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        refuse_end_before_start(self, cleaned)
        return cleaned


def refuse_end_before_start(form: forms.BaseForm, cleaned: Mapping[str, Any]) -> None:
    """Put the error beside the last day."""
    first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
    if first and last and last < first:
        form.add_error("valid_until", _("終わりの日は始まりの日以降にしてください。"))
