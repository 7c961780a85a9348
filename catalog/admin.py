"""The desk's page of master products."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from catalog.importing.export_views import export_view
from catalog.keys import standing_in
from catalog.models import MasterProduct
from catalog.overrides.actions import mark_conflicts
from catalog.product_forms import ProductForm
from catalog.rooms import ROOMS
from tenants.desk.base import DeskAdmin, user_of
from tenants.rooms import discover

discover("catalog", ROOMS, "admin")


@admin.register(MasterProduct)
class ProductAdmin(DeskAdmin):
    """Master products, once per brand and reference of a host."""

    form = ProductForm
    hosted = True
    list_display: Any = ("brand", "reference", "name", "category", "price_jpy")
    search_fields = ("brand", "reference", "name")
    search_help_text = gettext_lazy("ブランド、型番、商品名")
    ordering = ("brand", "reference")
    fieldsets = (
        (None, {"fields": (("brand", "reference"), "name", ("category", "price_jpy"))}),
        (
            gettext_lazy("シューズの規定"),
            {
                "description": gettext_lazy(
                    "申込画面と招集所での判定に使います。空欄の項目があると「要確認」になります。"
                ),
                "fields": ("list_status", "events_allowed", "stack_height_mm", ("valid_from", "valid_until")),
            },
        ),
        (gettext_lazy("取り込んだままの項目"), {"fields": ("specs_shown",)}),
    )
    readonly_fields = ("specs_shown",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Each word in brand, reference or name, whatever its width and kana."""
        return queryset.filter(standing_in(search_term)), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a file brought along is there once the product is."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None and obj.specs else fieldsets[:-1]

    @admin.display(description=gettext_lazy("項目"))
    def specs_shown(self, product: MasterProduct) -> SafeString:
        """Column by column; they are changed by an import, or corrected on the staff's desk."""
        rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", sorted(product.specs.items()))
        return format_html('<dl class="facts">{}</dl>', rows)

    def get_urls(self) -> list[Any]:
        """With all products as a file."""
        export = self.admin_site.admin_view(lambda request: export_view(self, request))
        return [path("export", export, name="catalog_masterproduct_export"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As everywhere; afterwards corrections of what was changed wait for a decision."""
        super().save_model(request, obj, form, change)
        if change:
            mark_conflicts([obj.pk], at=timezone.now(), by=user_of(request))
