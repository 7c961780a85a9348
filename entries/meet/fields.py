"""Form fields of meets and entries."""

from typing import Any

from django import forms

from entries.marks import NotATime, format_time, parse_time
from tenants.refusal import Refused
from tenants.wording import say

LONGEST_TIME = 40


class MarkField(forms.CharField):
    """A time, typed in any form that `entries.marks` reads and shown as `14:40.00`; its value is hundredths or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_TIME, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "placeholder": "14:40.00"}

    def to_python(self, value: Any) -> Any:
        """A typed time as hundredths of a second, None when empty. Raises ValidationError."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_time(text)
        except NotATime as error:
            raise forms.ValidationError(say(Refused(f"time_{error.code}")), code=error.code) from None

    def clean(self, value: Any) -> int | None:
        """Length and required are asked of the text, the rest of the time."""
        forms.CharField.run_validators(self, value or "")
        found: int | None = self.to_python(value)
        self.validate(found)
        return found

    def prepare_value(self, value: Any) -> Any:
        """As marks are shown; what was typed stays as typed."""
        return format_time(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By the time, not by how it was typed."""
        try:
            return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))
        except forms.ValidationError:
            return True
