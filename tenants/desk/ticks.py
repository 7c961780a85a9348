"""The column of checkboxes of the desk's lists."""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


class Ticks:
    """As Django's own, but for the form field that it makes and renders for each row: a sixth of a list's time."""

    @admin.display(description=mark_safe('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: models.Model) -> SafeString:
        """A row's checkbox, named after the row."""
        label = _("%(name)s を選択") % {"name": obj}
        box = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
        return format_html(box, ACTION_CHECKBOX_NAME, obj.pk, label)
