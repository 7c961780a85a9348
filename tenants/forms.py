"""How every form of the site behaves."""

from typing import Any

from django import forms


class AccessibleMixin:
    """Ties each input to its help and errors, for screen readers and for the stylesheet."""

    fields: dict[str, forms.Field]
    auto_id: Any

    def full_clean(self) -> None:
        """As Django's; afterwards inputs with an error say so."""
        super().full_clean()  # type: ignore[misc]
        for name in getattr(self, "errors", {}):
            if name in self.fields:
                self.fields[name].widget.attrs["aria-invalid"] = "true"


class Form(AccessibleMixin, forms.Form):
    """Base of plain forms."""


class ModelForm(AccessibleMixin, forms.ModelForm):
    """Base of forms that show a row's fields. They check shape only; an action writes."""
