"""What the pages of imports ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.importing.models import ImportRun, Source
from tenants.files.stored_cells import storable
from tenants.forms import Form, PastedField
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.wording import say

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
    """A file of products, or a pasted block. What is in it is read by the import."""

    refused_run: ImportRun | None = None
    """The run of a file that came to nothing when it was read."""

    file = forms.FileField(
        label=_("CSV・Excelファイル"),
        help_text=_("CSVは20MB以内（UTF-8・Shift_JIS）、Excel（.xlsx・.xlsm）は5MB・5,000行以内。"),
        allow_empty_file=True,
        required=False,
        widget=forms.FileInput(attrs={"accept": FILE_KINDS}),
    )
    pasted = PastedField(help_text=_("見出しの行から最後の行までをコピーして貼り付けます。5,000行以内。"))

    def clean(self) -> dict[str, Any] | None:
        """One of the two."""
        if not self.errors and self.cleaned_data["file"] is None and not self.cleaned_data["pasted"].strip():
            self.add_error("file", say(Refused("import_nothing_sent")))
        return self.cleaned_data

    @property
    def source(self) -> Source:
        """Which of the two it is; a file counts when both were sent."""
        return Source.PASTE if self.cleaned_data["file"] is None else Source.CSV

    @property
    def content(self) -> bytes:
        """What was sent."""
        if self.source == Source.PASTE:
            return storable(self.cleaned_data["pasted"]).encode()
        data: bytes = self.cleaned_data["file"].read()
        return data

    @property
    def file_name(self) -> str:
        """As it is shown, without what no page can show."""
        if self.source == Source.PASTE:
            return str(_("貼り付け"))
        name = "".join(letter for letter in self.cleaned_data["file"].name or "" if letter.isprintable())
        return name[-MOST_NAME:] or "products.csv"
