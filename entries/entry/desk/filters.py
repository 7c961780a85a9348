"""Filters of the desk's lists of entries."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from catalog.shoes.wording import WORDS
from entries.entry.desk.queries import entries_by_verdict
from entries.entry.models import EntryState
from entries.meet.filters import MeetFilter
from entries.meet.models import Race
from tenants.desk.base import is_id


class RaceFilter(admin.SimpleListFilter):
    """By race, once a meet is chosen."""

    title = gettext_lazy("種目")
    parameter_name = "race"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The races of the chosen meet; none before one is chosen."""
        meet = request.GET.get("meet", "")
        if not is_id(meet):
            return []
        return [(str(race.pk), race.name_here) for race in Race.objects.filter(meet_id=int(meet)).in_programme_order()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(race_id=int(value)) if is_id(value) else queryset.none()


class EntryMeetFilter(MeetFilter):
    path = "race__meet"


class ShoeFilter(admin.SimpleListFilter):
    """By what the rules say of the declared shoe, once a meet is chosen."""

    title = gettext_lazy("シューズ")
    parameter_name = "shoe"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The three verdicts; within a meet only, whose shoes are few."""
        if not is_id(request.GET.get("meet", "")):
            return []
        return [(state, str(word)) for state, word in WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        meet = request.GET.get("meet", "")
        if self.value() not in WORDS or not is_id(meet):
            return queryset
        return queryset.filter(entries_by_verdict(int(meet), self.value() or ""))


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in EntryState]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """`state` is derived, so it is asked of the annotated rows."""
        return queryset.filter(state=self.value()) if self.value() in EntryState.values else queryset
