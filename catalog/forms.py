"""What staff may ask the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.forms import Form

MOST_REFERENCES = 1000
REFERENCES_SHOWN = 100


class ReferencesForm(Form):
    """Query of `/staff/references`."""

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
    """The staff's search: brand and reference."""

    brand = forms.CharField(label=_("ブランド"), max_length=100, required=False)
    reference = forms.CharField(label=_("型番"), max_length=100, required=False)
    tenant = forms.SlugField(label=_("主催団体"), max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, suggestions in (("brand", "brands"), ("reference", "references")):
            self.fields[name].widget.attrs |= {"list": suggestions, "autocomplete": "off", "spellcheck": "false"}
