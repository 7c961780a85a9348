"""The desk's page of master products."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from catalog.models import MasterProduct
from tenants.adminbase import DeskAdmin
from tenants.adminform import HostedForm


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
