from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from entries.meet.models import Meet
from tenants.desk.base import is_id, user_of


class MeetFilter(admin.SimpleListFilter):
    """By meet, the newest first. `path` leads from a row to its meet."""

    title = gettext_lazy("大会")
    parameter_name = "meet"
    path = "meet"
    MOST = 40

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The meets in scope; of all hosts with the host's name."""
        meets = Meet.objects.select_related("tenant").order_by("-starts_on", "-pk")[: self.MOST]
        if user_of(request).is_platform_admin:
            return [(str(meet.pk), f"{meet.name}（{meet.tenant}）") for meet in meets]
        return [(str(meet.pk), meet.name) for meet in meets]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow; what is no number of a meet finds nothing."""
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(**{f"{self.path}_id": int(value)}) if is_id(value) else queryset.none()
