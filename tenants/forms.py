"""How every form of the site behaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REQUIRED = forms.Field.default_error_messages["required"]


class AccessibleMixin:
    """Marks inputs that have an error, for screen readers and for the stylesheet, and says what to do about it.

    Django ties each input to its help and errors by aria-describedby; `templates/pieces/field.html` has their ids.
    """

    fields: dict[str, forms.Field]
    auto_id: Any

    def full_clean(self) -> None:
        """As Django's; afterwards inputs with an error say so."""
        for field in self.fields.values():
            if field.error_messages.get("required") == REQUIRED:
                field.error_messages["required"] = (
                    _("選んでください。") if isinstance(field, forms.ChoiceField) else _("入力してください。")
                )
        super().full_clean()  # type: ignore[misc]
        for name in getattr(self, "errors", {}):
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"


class Form(AccessibleMixin, forms.Form):
    """Base of plain forms."""


class ModelForm(AccessibleMixin, forms.ModelForm):
    """Base of forms that show a row's fields. They check shape only; an action writes."""
