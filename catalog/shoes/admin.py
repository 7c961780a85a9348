"""The desk's page of a host's own limits for shoes, beside those that hold without any."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.product_forms import refuse_end_before_start
from catalog.shoes.events import ShoeEvent
from catalog.shoes.limits import BUILT_IN, limit_for
from catalog.shoes.models import ShoeLimit
from catalog.shoes.queries import host_limits
from catalog.shoes.verdict import Limit
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, user_of
from tenants.desk.forms import HostedForm


class ShoeLimitForm(HostedForm):
    """One line of a host's own."""

    def clean(self) -> dict[str, Any]:
        """The days in their order, and a height that a sole can have."""
        cleaned = super().clean()
        refuse_end_before_start(self, cleaned)
        height = cleaned.get("most_stack_mm")
        if height is not None and height <= 0:
            self.add_error("most_stack_mm", _("0より大きい数を入力してください。制限なしは空欄にします。"))
        return cleaned


@admin.register(ShoeLimit)
class ShoeLimitAdmin(DeskAdmin):
    """A host's own limits. For a kind of race on a day a line of its own wins over the built-in one."""

    form = ShoeLimitForm
    hosted = True
    list_display: Any = ("event_name", "host", "most", "on_list", "days", "source")
    list_select_related = ("tenant",)
    list_filter = ("event",)
    ordering = ("event", "-valid_from", "pk")
    fields = ("event", "most_stack_mm", "list_needed", ("valid_from", "valid_until"), "source")
    change_list_template = "admin/catalog/shoelimit/change_list.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        """The host only where there are several."""
        shown = super().get_list_display(request)
        return shown if user_of(request).is_platform_admin else [name for name in shown if name != "host"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the built-in lines, and for one host what holds today."""
        today = timezone.localdate()
        own = [] if user_of(request).is_platform_admin else host_limits()
        held = {limit_for(event, today, own) for event in ShoeEvent} - {None}
        lines = [
            {"limit": line, "event": ShoeEvent(line.event).label, "height": _height(line.most_stack_mm),
             "days": _days(line), "holds": line in held, "copy": _copy_address(line)}
            for line in BUILT_IN
        ]  # fmt: skip
        return super().changelist_view(request, {"built_in": lines, **(extra_context or {})})

    @admin.display(description=gettext_lazy("種目の区分"), ordering="event")
    def event_name(self, row: ShoeLimit) -> str:
        return str(ShoeEvent(row.event).label)

    @admin.display(description=gettext_lazy("主催団体"), ordering="tenant__name")
    def host(self, row: ShoeLimit) -> str:
        return str(row.tenant)

    @admin.display(description=gettext_lazy("靴底の上限"), ordering="most_stack_mm")
    def most(self, row: ShoeLimit) -> str:
        return _height(row.most_stack_mm)

    @admin.display(description=gettext_lazy("承認リスト"), ordering="list_needed")
    def on_list(self, row: ShoeLimit) -> SafeString:
        return chip("", _("必要")) if row.list_needed else chip("off", _("不要"))

    @admin.display(description=gettext_lazy("適用期間"), ordering="valid_from")
    def days(self, row: ShoeLimit) -> str:
        return _days(row)


def _height(most: Any) -> str:
    return _("制限なし") if most is None else f"{most.normalize():f} mm"


def _days(row: ShoeLimit | Limit) -> str:
    """Both days with weekday; an open end stays empty, and no days at all is said in words."""
    first, last = (date_format(day, _("Y/n/j (D)")) if day else "" for day in (row.valid_from, row.valid_until))
    return f"{first} – {last}" if first or last else _("期間の定めなし")


def _copy_address(line: Limit) -> str:
    """The page for a line of one's own, filled in with this one."""
    values = {
        "event": line.event,
        "most_stack_mm": "" if line.most_stack_mm is None else f"{line.most_stack_mm.normalize():f}",
        "list_needed": "on" if line.list_needed else "",
        "valid_from": line.valid_from.isoformat() if line.valid_from else "",
        "valid_until": line.valid_until.isoformat() if line.valid_until else "",
        "source": line.source,
    }
    return f"{reverse('admin:catalog_shoelimit_add')}?{urlencode(values)}"
