"""The desk's page of master products."""

from typing import Any

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy

from catalog.importing import admin as importing
from catalog.importing.export_views import export_view
from catalog.models import MasterProduct
from tenants.adminbase import DeskAdmin
from tenants.adminform import HostedForm

__all__ = ["ProductAdmin", "importing"]


class ProductForm(HostedForm):
    """A product. Brand and reference are stored as they are searched."""

    def clean_brand(self) -> str:
        """Trimmed, upper case."""
        return str(self.cleaned_data["brand"]).strip().upper()

    def clean_reference(self) -> str:
        """Trimmed, upper case."""
        return str(self.cleaned_data["reference"]).strip().upper()


@admin.register(MasterProduct)
class ProductAdmin(DeskAdmin):
    """Master products, once per brand and reference of a host."""

    form = ProductForm
    hosted = True
    list_display: Any = ("brand", "reference", "name", "category", "price_jpy")
    search_fields = ("brand", "reference", "name")
    search_help_text = gettext_lazy("ブランド、型番、商品名")
    ordering = ("brand", "reference")
    fields = ("brand", "reference", "name", "category", "price_jpy")

    def get_urls(self) -> list[Any]:
        """With all products as a file."""
        export = self.admin_site.admin_view(lambda request: export_view(self, request))
        return [path("export", export, name="catalog_masterproduct_export"), *super().get_urls()]
