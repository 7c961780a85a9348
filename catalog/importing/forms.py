"""What the pages of imports ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.importing.models import ImportRun
from tenants.forms import Form
from tenants.models import Tenant, User

MOST_NAME = 200
FILE_KINDS = ".csv,.tsv,.txt,.xlsx,.xlsm,text/csv"


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
    """A file of products. What is in it is read by the import."""

    refused_run: ImportRun | None = None
    """The run of a file that came to nothing when it was read."""

    file = forms.FileField(
        label=_("CSV・Excelファイル"),
        help_text=_("CSVは20MB以内（UTF-8・Shift_JIS）、Excel（.xlsx・.xlsm）は5MB・5,000行以内。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": FILE_KINDS}),
        error_messages={"required": _("CSVかExcelのファイルを選んでください。")},
    )

    @property
    def file_name(self) -> str:
        """As it is shown, without what no page can show."""
        name = "".join(letter for letter in self.cleaned_data["file"].name or "" if letter.isprintable())
        return name[-MOST_NAME:] or "products.csv"
