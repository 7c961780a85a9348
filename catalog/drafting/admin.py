"""The desk's pages of drafts: what was written, and a month's places."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.drafting.context import CHIPS
from catalog.drafting.models import DraftMonth, ProductDraft
from catalog.drafting.plans import drafts_a_month
from catalog.keys import standing_in
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, ReadOnly, user_of
from tenants.desk.forms import HostedForm


class MonthForm(HostedForm):
    """A month is kept by its first day."""

    def clean_month(self) -> date:
        """The first day of the month that was typed."""
        typed: date = self.cleaned_data["month"]
        return typed.replace(day=1)


@admin.register(DraftMonth)
class DraftMonthAdmin(DeskAdmin):
    """How many drafts a host asked for. Platform admins grant more; the host's organizers look."""

    form = MonthForm
    hosted = True
    list_display: Any = ("month", "tenant", "used", "places")
    list_select_related = ("tenant",)
    ordering = ("-month", "tenant", "pk")
    date_hierarchy = "month"

    @admin.display(description=gettext_lazy("枠"))
    def places(self, row: DraftMonth) -> str:
        """The plan's places, and those granted beside them."""
        plan = drafts_a_month(row.tenant.plan)
        return f"{plan} + {row.extra}" if row.extra else str(plan)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is counted is not typed."""
        return ("month", "extra") if obj is None else ("month", "used", "places", "extra")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a month that is there only what is granted changes."""
        return ("month", "used", "places") if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return user_of(request).is_platform_admin

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return user_of(request).is_platform_admin

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a count that is gone would be counted anew."""
        return False


@admin.register(ProductDraft)
class ProductDraftAdmin(ReadOnly, DeskAdmin):
    list_display: Any = ("created_at", "of_product", "state_chip", "tone", "similarity", "by_name")
    list_select_related = ("product", "by")
    list_filter = ("state", "tone")
    search_fields = ("product__brand", "product__reference", "product__name")
    search_help_text = gettext_lazy("ブランド、型番、商品名")
    ordering = ("-created_at", "-pk")
    fields = ("of_product", "created_at", "state_chip", "tone", "note", "text", "similarity", "error_number")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Each word in brand, reference or name, whatever its width and kana."""
        return queryset.filter(standing_in(search_term, of="product__")), False

    @admin.display(description=pgettext_lazy("one", "商品"), ordering="product")
    def of_product(self, draft: ProductDraft) -> str:
        return str(draft.product)

    @admin.display(description=gettext_lazy("操作した人"), ordering="by")
    def by_name(self, draft: ProductDraft) -> str:
        return str(draft.by or "–")

    @admin.display(description=gettext_lazy("エラー番号"))
    def error_number(self, draft: ProductDraft) -> str:
        return draft.error_id or "–"

    @admin.display(description=gettext_lazy("状態"), ordering="state")
    def state_chip(self, draft: ProductDraft) -> SafeString:
        return chip(CHIPS[draft.state], draft.get_state_display())  # type: ignore[index]
