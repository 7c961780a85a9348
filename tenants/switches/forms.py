"""What the pages of the switches ask for."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.desk.forms import MomentField
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.switches import rules
from tenants.wording import say


class StopForm(Form):
    """What is said to everyone, and until when."""

    message = forms.CharField(
        label=_("案内文"),
        required=False,
        max_length=rules.LONGEST_MESSAGE,
        help_text=_("利用者に表示します。理由と、代わりにできることを書いてください。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    back_at = MomentField(
        label=_("再開の予定"),
        required=False,
        help_text=_("日本時間。案内に表示します。この時刻になっても自動では再開しません。"),
    )

    def clean_message(self) -> str:
        """On one line: it stands in the middle of other sentences too."""
        return " ".join(self.cleaned_data["message"].split())

    def clean_back_at(self) -> datetime | None:
        back_at: datetime | None = self.cleaned_data["back_at"]
        try:
            rules.check_back_at(back_at, at=timezone.now())
        except Refused as refusal:
            raise forms.ValidationError(say(refusal)) from None
        return back_at


class NoForm(Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("initial", None)
        super().__init__(*args, **kwargs)
