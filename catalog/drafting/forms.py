"""What one may ask for when a text is drafted."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.drafting.facts import PERSONAL
from catalog.drafting.models import Tone
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.wording import say

MOST_NOTE = 500


class AskForm(Form):
    """Tone and note of a draft."""

    tone = forms.ChoiceField(label=_("文体"), choices=Tone.choices, initial=Tone.PLAIN, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("編集メモ"),
        max_length=MOST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("文体や順序の希望を書けます。商品の事実としては使いません。"),
    )

    def clean_note(self) -> str:
        """Refuses what looks like a person's address or telephone: the note leaves the site."""
        note = str(self.cleaned_data["note"])
        if PERSONAL.search(note):
            raise ValidationError(say(Refused("draft_note_personal")), code="draft_note_personal")
        return note


class RewriteForm(AskForm):
    """What should be different this time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        self.fields["note"].label = _("書き直しの指示")
        self.fields["note"].help_text = _("例: もっと短く。靴底の厚さから書き始める。")
