"""What the pages of imports ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.forms import Form
from tenants.models import Tenant, User

MOST_NAME = 200
CSV_KINDS = ".csv,.tsv,.txt,text/csv"


class HostForm(Form):
    """Whose catalogue: the own host's, and what a platform admin chooses."""

    host = forms.ModelChoiceField(
        queryset=Tenant.objects.filter(is_active=True).order_by("name", "pk"),
        label=_("主催団体"),
        empty_label=_("選んでください"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = user.tenant
        if self.own is not None:
            del self.fields["host"]

    @property
    def tenant(self) -> Tenant:
        """The host, once the form is valid."""
        chosen: Tenant = self.own or self.cleaned_data["host"]
        return chosen


class UploadForm(HostForm):
    """A CSV of products. What is in it is read by the import."""

    file = forms.FileField(
        label=_("CSVファイル"),
        help_text=_("UTF-8でもShift_JIS（Excelの「CSV」）でも読み取れます。20MB以内。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": CSV_KINDS}),
        error_messages={"required": _("CSVファイルを選んでください。")},
    )

    @property
    def file_name(self) -> str:
        """As it is shown, without what no page can show."""
        name = "".join(letter for letter in self.cleaned_data["file"].name or "" if letter.isprintable())
        return name[-MOST_NAME:] or "products.csv"
