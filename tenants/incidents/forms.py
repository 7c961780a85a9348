"""What the pages of incidents and contacts ask for."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.desk.confirm import ConfirmForm
from tenants.desk.forms import DeskForm
from tenants.incidents.models import Incident, IncidentContact

LEVELS = [(1, _("1 軽微（1時間以内）")), (2, _("2 中程度（半日以内）")), (3, _("3 重大（ただちに）"))]


class IncidentForm(DeskForm):
    """What is broken. Titles leave the house: they go to Sentry."""

    level = forms.TypedChoiceField(label=_("レベル"), choices=LEVELS, coerce=int)
    note = forms.CharField(label=_("経過"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    class Meta:
        model = Incident
        fields = ("level", "title", "note")
        help_texts: ClassVar[dict[str, Any]] = {
            "title": _("Sentryと緊急連絡先に送られます。氏名や連絡先などの個人情報は書かないでください。")
        }


class NoteForm(ConfirmForm):
    """One more line of what is known."""

    text = forms.CharField(label=_("経過"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ContactForm(DeskForm):
    """One person. A way to reach them is needed."""

    class Meta:
        model = IncidentContact
        fields = ("tenant", "position", "role", "name", "phone", "email", "on_meet_day", "note")

    def clean(self) -> dict[str, Any]:
        """A contact without telephone and mail reaches nobody."""
        cleaned = super().clean()
        if not (cleaned.get("phone") or cleaned.get("email") or self.errors):
            self.add_error("phone", _("電話かメールのどちらかを入力してください。"))
        return cleaned
