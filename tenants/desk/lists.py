"""The desk's lists: their checkboxes, their actions and their search."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tenants.searched import KEY, found


class DeskList(admin.ModelAdmin):
    """What every list of the desk does in another way than Django's."""

    @admin.display(description=mark_safe('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: models.Model) -> SafeString:
        """A row's checkbox, named after the row; without the form field that Django makes and renders for each row, a sixth
        of a list's time."""
        label = _("%(name)sを選択") % {"name": obj}
        box = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
        return format_html(box, ACTION_CHECKBOX_NAME, obj.pk, label)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Where a list has search keys each word may stand in one of them, or in one of its other columns."""
        fields = self.get_search_fields(request)
        keys = [name for name in fields if name.endswith(KEY)]
        if not keys:
            return super().get_search_results(request, queryset, search_term)
        others = [name for name in fields if name not in keys]
        return queryset.filter(found(search_term, *keys, plain=others)), False

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple[str, str]]:
        """The actions of a list, and in front of them what to do there."""
        return super().get_action_choices(request, [("", _("操作を選択"))])
