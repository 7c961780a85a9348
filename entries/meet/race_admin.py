"""The desk's pages of races. What other rooms add to them is registered in `entries.meet.desk`."""

from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.marks import format_time
from entries.meet import actions
from entries.meet.desk import RACES
from entries.meet.filters import MeetFilter
from entries.meet.forms import PlanForm
from entries.meet.gauge import Gauge
from entries.meet.models import Race, TimetableSlot
from entries.meet.race_forms import RaceForm, SlotForm
from tenants.chips import chip
from tenants.desk.base import DeskInline, is_id, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.desk.confirm import Counted, Rows, WhyForm, confirmed, each


class SlotInline(DeskInline):
    """The planned heats of a race."""

    model = TimetableSlot
    form = SlotForm
    fields = ("number", "starts_at", "is_fixed")
    ordering = ("number",)


@admin.register(Race)
class RaceAdmin(ComposedAdmin):
    """Races."""

    desk = RACES
    form = RaceForm
    list_display = ("shown_name", "meet", "distance_m", "standard_time", "places_text", "taken", "waiting", "intake")
    list_select_related = ("meet",)
    list_filter = (MeetFilter, "sex")
    search_fields = ("name", "name_en", "meet__search_key")
    search_help_text = gettext_lazy("種目名、大会名")
    ordering = ("-meet__starts_on", "meet", "position", "pk")
    fieldsets = (
        (
            None,
            {"fields": ("meet", ("name", "name_en"), ("distance_m", "sex"), "course", "position", "held_on", "intake")},
        ),
        (gettext_lazy("定員と補欠待ち"), {"fields": ("places", "waiting_kind", "waiting_places", "entries_per_team")}),
        (gettext_lazy("参加標準記録"), {"fields": ("standard", ("standard_from", "standard_until"))}),
        (
            gettext_lazy("組と参加料"),
            {"fields": ("starters_per_heat", "fee", "is_ncg", "fallback_race", "competition", "master_code")},
        ),
    )

    @admin.display(description=gettext_lazy("種目名"), ordering="name")
    def shown_name(self, race: Race) -> str:
        return race.name_here

    @admin.display(description=gettext_lazy("参加標準記録"), ordering="standard")
    def standard_time(self, race: Race) -> str:
        return format_time(race.standard) or "–"

    @admin.display(description=gettext_lazy("定員"), ordering="places")
    def places_text(self, race: Race) -> str:
        return _("制限なし") if race.places is None else str(race.places)

    @admin.display(description=gettext_lazy("受付済み"))
    def taken(self, race: Race) -> int:
        return Gauge.of(race).taken

    @admin.display(description=gettext_lazy("補欠待ち"))
    def waiting(self, race: Race) -> int:
        return Gauge.of(race).waiting

    @admin.display(description=gettext_lazy("受付"), ordering="paused_at")
    def intake(self, race: Race) -> SafeString:
        """Whether it takes entries at all."""
        return chip("bad", _("一時停止中")) if race.paused_at else chip("ok", _("受付可"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Which race it falls back to is chosen among the meet's, once it is known; so is its competition, where there are
        several."""
        unknown: tuple[str, ...] = () if obj is not None else ("fallback_race", "intake")
        if obj is None or not obj.meet.competitions.exists():
            unknown += ("competition",)
        return [
            (title, options | {"fields": tuple(name for name in options["fields"] if name not in unknown)})
            for title, options in self.fieldsets
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Heats are planned once the race is there."""
        return (SlotInline,) if obj is not None else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A race stays in its meet."""
        return ("meet", "intake") if obj is not None else ()

    def zone(self, request: HttpRequest, object_id: str | None) -> tzinfo | None:
        """The time zone of the race's meet, in which the form shows and reads moments."""
        if not object_id or not is_id(object_id):
            return None
        name = Race.objects.filter(pk=int(object_id)).values_list("meet__time_zone", flat=True).first()
        return ZoneInfo(name) if name else None

    @confirmed(
        gettext_lazy("申込を一時停止"),
        text=gettext_lazy("この種目への新しい申込を受け付けません。すでに受け付けた申込と補欠待ちはそのままです。"),
        form=WhyForm,
        when=lambda race: race.paused_at is None,
        danger=True,
    )
    def pause(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        self._set_paused(
            request,
            rows,
            form,
            paused=True,
            done=lambda n: ngettext(
                "%(count)d種目の申込を一時停止しました。", "%(count)d種目の申込を一時停止しました。", n
            ),
        )

    @confirmed(
        gettext_lazy("申込を再開"),
        text=gettext_lazy("この種目への申込をふたたび受け付けます。"),
        form=WhyForm,
        when=lambda race: race.paused_at is not None,
    )
    def resume(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        self._set_paused(
            request,
            rows,
            form,
            paused=False,
            done=lambda n: ngettext("%(count)d種目の申込を再開しました。", "%(count)d種目の申込を再開しました。", n),
        )

    def _set_paused(self, request: HttpRequest, rows: Rows, form: Any, *, paused: bool, done: Counted) -> None:
        me, now, why = user_of(request), timezone.now(), form.cleaned_data["why"]
        each(self, request, rows, lambda row: actions.set_paused(race=row, paused=paused, by=me, at=now, why=why), done)

    @confirmed(
        gettext_lazy("タイムテーブルを作る"),
        text=gettext_lazy("最初の組から等しい間隔でスタート時刻を並べます。いまあるタイムテーブルは置き換わります。"),
        form=PlanForm,
        single=True,
    )
    def plan(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        """Plan the race's heats at even distances from a first start."""
        values = {name: form.cleaned_data[name] for name in ("first", "minutes", "count")}
        slots = actions.plan_heats(race=rows[0], by=user_of(request), **values)
        self.message_user(
            request,
            ngettext("%(count)d組の時刻を並べました。", "%(count)d組の時刻を並べました。", len(slots))
            % {"count": len(slots)},
            messages.SUCCESS,
        )
