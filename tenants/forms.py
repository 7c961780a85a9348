"""How every form of the site behaves."""

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from tenants.bounds import bound

DASHES = BLANK_CHOICE_DASH[0][1]
REQUIRED = forms.Field.default_error_messages["required"]


class AccessibleMixin:
    """Marks inputs that have an error, for screen readers and for the stylesheet, and says what to do about it.

    Django ties each input to its help and errors by aria-describedby; `templates/pieces/field.html` has their ids.
    """

    fields: dict[str, forms.Field]
    auto_id: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                _say_nothing_chosen(field)
        if isinstance(self, forms.BaseModelForm):
            bound(self.fields, self._meta.model)

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


def _say_nothing_chosen(field: forms.ChoiceField) -> None:
    """In words, where Django has a row of dashes."""
    words = _("選択してください") if field.required else _("指定なし")
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = words
        return
    choices: Any = field.choices
    if (pairs := list(choices)) and pairs[0] == ("", DASHES):
        field.choices = [("", words), *pairs[1:]]


class Form(AccessibleMixin, forms.Form):
    """Base of plain forms."""


class ModelForm(AccessibleMixin, forms.ModelForm):
    """Base of forms that show a row's fields. They check shape only; an action writes."""


class PastedField(forms.CharField):
    """A table that was copied out of a spreadsheet, beside a field for a file; taken as it is."""

    def __init__(self, *, help_text: Any) -> None:
        area = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        label = _("またはExcelから貼り付け")
        super().__init__(label=label, help_text=help_text, required=False, strip=False, widget=area)
