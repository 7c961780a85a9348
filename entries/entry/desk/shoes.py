"""What the desk's list of entries says of declared shoes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from catalog.shoes.wording import said
from entries.entry.shoes import verdicts_of
from tenants.chips import chip
from tenants.desk.base import DeskAdmin


class ShoeMarks(DeskAdmin):
    """A column with the declared shoe and its mark."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the verdicts on the shoes of the page, all at once."""
        page = super().get_changelist_instance(request)
        worn = verdicts_of(page.result_list)
        for entry in page.result_list:
            entry.shoe_verdict = worn.get(entry.pk)
        return page

    @admin.display(description=gettext_lazy("シューズ"))
    def shoe_mark(self, entry: Any) -> SafeString | str:
        """What the rules say today of what was declared; on the entry's own page also what that is, and why."""
        if not entry.shoe_declared:
            return "–"
        if hasattr(entry, "shoe_verdict"):
            found = said(entry.shoe_verdict)
            return format_html('<span title="{}">{}</span>', entry.shoe_declared, chip(found.kind, found.word))
        found = said(verdicts_of([entry])[entry.pk])
        return format_html("{} {} <small>{}</small>", chip(found.kind, found.word), entry.shoe_declared, found.why)
