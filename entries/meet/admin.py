"""The desk's pages of meets and races. What other rooms add to them is registered in `entries.meet.desk`."""

from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.marks import format_time
from entries.meet import actions
from entries.meet.desk import MEETS, RACES
from entries.meet.filters import MeetFilter
from entries.meet.forms import CopyForm, MeetForm, PlanForm, RaceForm, RaceRowForm, SlotForm
from entries.meet.gauge import Gauge
from entries.meet.models import Meet, Race, State, TimetableSlot, is_time_zone
from entries.meet.wording import moment
from tenants.chips import chip
from tenants.desk.base import DeskInline, is_id, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.desk.confirm import Counted, Rows, WhyForm, confirmed, each

STATE_CHIPS = {
    State.DRAFT: "",
    State.PUBLISHED: "ok",
    State.ENTRIES_CLOSED: "wait",
    State.START_LISTS_OUT: "ok",
    State.RESULTS_OUT: "ok",
    State.ARCHIVED: "off",
}


class RaceInline(DeskInline):
    """The races of a meet as one table to type through."""

    model = Race
    form = RaceRowForm
    fk_name = "meet"
    fields = (
        "position", "name", "distance_m", "sex", "course", "places", "waiting_places", "starters_per_heat", "is_ncg",
    )  # fmt: skip
    ordering = ("position", "pk")
    show_change_link = True
    verbose_name_plural = gettext_lazy("種目（補欠待ち: 0はなし、空欄は制限なし）")


class SlotInline(DeskInline):
    """The planned heats of a race."""

    model = TimetableSlot
    form = SlotForm
    fields = ("number", "starts_at")
    ordering = ("number",)


@admin.register(Meet)
class MeetAdmin(ComposedAdmin):
    """Meets."""

    desk = MEETS
    form = MeetForm
    hosted = True
    list_display = ("name", "host", "state_chip", "starts_on", "ends_on", "opens", "closes")
    list_select_related = ("tenant",)
    list_filter = ("state",)
    search_fields = ("name", "slug", "venue")
    search_help_text = gettext_lazy("大会名、識別名、会場")
    ordering = ("-starts_on", "-pk")
    inlines = (RaceInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "venue", ("starts_on", "ends_on"), "state_chip")}),
        (
            gettext_lazy("申込期間"),
            {
                "description": gettext_lazy(
                    "日時は、ここに書くタイムゾーンの時刻です。日本の大会は Asia/Tokyo のままにします。"
                    "あとで変更しても、日時は時計の時刻のままです。"
                ),
                "fields": ("time_zone", ("entries_open_at", "entries_close_at"), "promote_until"),
            },
        ),
        (gettext_lazy("参加料と上限"), {"fields": ("fee", "payment_due_on", "races_per_athlete")}),
        (gettext_lazy("公開する内容"), {"fields": ("summary", "entry_list_public")}),
    )

    @admin.display(description=gettext_lazy("主催団体"), ordering="tenant__name")
    def host(self, meet: Meet) -> str:
        return str(meet.tenant)

    @admin.display(description=gettext_lazy("状態"), ordering="state")
    def state_chip(self, meet: Meet) -> SafeString:
        """Where it stands; a pause stands beside it."""
        state = chip(STATE_CHIPS[State(meet.state)], meet.get_state_display())
        return format_html("{} {}", state, chip("bad", _("一時停止中"))) if meet.entries_paused_at else state

    @admin.display(description=gettext_lazy("申込開始"), ordering="entries_open_at")
    def opens(self, meet: Meet) -> str:
        return moment(meet, meet.entries_open_at)

    @admin.display(description=gettext_lazy("申込締切"), ordering="entries_close_at")
    def closes(self, meet: Meet) -> str:
        return moment(meet, meet.entries_close_at)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The host only where there are several."""
        shown = super().get_list_display(request)
        return shown if user_of(request).is_platform_admin else [name for name in shown if name != "host"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once a meet is public its address stays."""
        return ("state_chip", "slug") if obj is not None and obj.is_public else ("state_chip",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only; what was public is archived."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def zone(self, request: HttpRequest, object_id: str | None) -> tzinfo | None:
        """The zone that is typed on the page, else the meet's own; the site's for what is no zone."""
        name = request.POST.get("time_zone", "").strip()
        if not name and object_id and is_id(object_id):
            name = Meet.objects.filter(pk=int(object_id)).values_list("time_zone", flat=True).first() or ""
        try:
            is_time_zone(name)
        except ValidationError:
            return None
        return ZoneInfo(name)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Another zone keeps what the clocks say; what that means is said."""
        super().save_model(request, obj, form, change)
        if change and "time_zone" in form.changed_data:
            said = _("タイムゾーンを%(zone)sに変更しました。日時は時計の時刻のままです（申込締切 %(closes)s）。")
            self.message_user(request, said % {"zone": obj.time_zone, "closes": moment(obj, obj.entries_close_at)})

    @confirmed(
        gettext_lazy("この大会から新しい大会を作る"),
        text=gettext_lazy("設定、種目、タイムテーブルを写した下書きを作ります。申込は写しません。"),
        form=CopyForm,
        single=True,
    )
    def copy(self, request: HttpRequest, rows: Rows, form: Any) -> HttpResponse:
        """A new draft, and its page."""
        values = {name: form.cleaned_data[name] for name in ("name", "slug", "starts_on")}
        made = actions.copy_meet(meet=rows[0], by=user_of(request), **values)
        self.message_user(request, _("「%(name)s」を下書きとして作りました。") % {"name": made}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:entries_meet_change", args=[made.pk]))


@admin.register(Race)
class RaceAdmin(ComposedAdmin):
    """Races."""

    desk = RACES
    form = RaceForm
    list_display = ("name", "meet", "distance_m", "standard_time", "places_text", "taken", "waiting", "intake")
    list_select_related = ("meet",)
    list_filter = (MeetFilter, "sex")
    search_fields = ("name", "meet__name")
    search_help_text = gettext_lazy("種目名、大会名")
    ordering = ("-meet__starts_on", "meet", "position", "pk")
    fieldsets = (
        (None, {"fields": ("meet", "name", ("distance_m", "sex"), "course", "position", "held_on", "intake")}),
        (gettext_lazy("定員と補欠待ち"), {"fields": ("places", "waiting_kind", "waiting_places", "entries_per_team")}),
        (gettext_lazy("参加標準記録"), {"fields": ("standard", ("standard_from", "standard_until"))}),
        (gettext_lazy("組と参加料"), {"fields": ("starters_per_heat", "fee", "is_ncg", "fallback_race")}),
    )

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
        """Which race it falls back to is chosen among the meet's, once it is known."""
        if obj is not None:
            return self.fieldsets
        unknown = ("fallback_race", "intake")
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
