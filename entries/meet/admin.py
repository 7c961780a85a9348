"""The desk's pages of meets. What other rooms add to them is registered in `entries.meet.desk`."""

from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F, Min, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.meet import actions, rules
from entries.meet.competition import Competition
from entries.meet.desk import MEETS
from entries.meet.forms import CopyForm, MeetForm
from entries.meet.models import Meet, Race, State, is_time_zone
from entries.meet.race_admin import RaceAdmin
from entries.meet.race_forms import GridRowForm
from entries.meet.race_grid import buttons, elite_of, with_rows
from entries.meet.wording import days_of, short_moment, short_until, until
from tenants.chips import chip
from tenants.desk.base import DeskInline, is_id, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.desk.confirm import Rows, confirmed

__all__ = ["MeetAdmin", "RaceAdmin"]

MOST_EMPTY = 20
STATE_CHIPS = {
    State.DRAFT: "",
    State.PUBLISHED: "ok",
    State.ENTRIES_CLOSED: "wait",
    State.START_LISTS_OUT: "ok",
    State.RESULTS_OUT: "ok",
    State.ARCHIVED: "off",
}


class RaceInline(DeskInline):
    """The races of a meet as one table to type through. What is in one bracket stands in one cell."""

    model = Race
    form = GridRowForm
    fk_name = "meet"
    template = "admin/edit_inline/races.html"
    fields = (
        "position", ("name", "name_en"), "sex", "distance_m", "places", "waiting_places", "starters_per_heat", "fee", ("start", "held_on"),
        ("standard", "standard_from", "standard_until"), "is_ncg",
    )  # fmt: skip
    ordering = ("position", "pk")
    show_change_link = True
    most = rules.MOST_RACES
    verbose_name_plural = gettext_lazy("種目")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the competition below a race's name, where the meet has several."""
        first, names, *others = self.fields
        return (first, (*names, "competition"), *others) if _competitions(obj) else self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Race]:
        """With the first start, and the zone in which it was typed."""
        found: QuerySet[Race] = super().get_queryset(request)
        return found.annotate(first_start=Min("slots__starts_at"), stored_zone=F("meet__time_zone"))

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Empty rows to type into, for who has no script."""
        asked = request.GET.get("rows", "")
        return min(int(asked), MOST_EMPTY) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """With the buttons that add rows."""
        made = super().get_formset(request, obj, **kwargs)
        made.buttons = buttons(elite_of(request, obj))
        made.form.competitions = _competitions(obj)
        return made


def _competitions(meet: Any) -> list[Competition]:
    """Those that share the meet's timetable, read once."""
    if meet is None:
        return []
    prefetch_related_objects([meet], "competitions")
    return list(meet.competitions.all())


class CompetitionInline(DeskInline):
    """Competitions that share the timetable, out of the way where there is one only."""

    model = Competition
    template = "admin/edit_inline/competitions.html"
    fields = ("title", "title_en", "code")
    extra = 1
    most = 10


@admin.register(Meet)
class MeetAdmin(ComposedAdmin):
    """Meets."""

    desk = MEETS
    form = MeetForm
    hosted = True
    list_display = ("name", "host", "state_chip", "days", "opens", "closes")
    list_select_related = ("tenant",)
    list_filter = ("state",)
    search_fields = ("search_key",)
    search_help_text = gettext_lazy("大会名、識別名、会場")
    ordering = ("-starts_on", "-pk")
    inlines = (RaceInline, CompetitionInline)
    fieldsets = (
        (gettext_lazy("大会"), {"fields": ("name", "slug", ("venue", "code"), ("starts_on", "ends_on"), "state_chip")}),
        (
            gettext_lazy("申込期間"),
            {
                "description": gettext_lazy(
                    "日時は、ここに書くタイムゾーンの時刻です。日本の大会は Asia/Tokyo のままにします。"
                    "あとで変更しても、日時は時計の時刻のままです。"
                ),
                "fields": (("entries_open_at", "entries_close_at"), "promote_until", "time_zone"),
            },
        ),
        (gettext_lazy("参加料とお支払い"), {"fields": (("fee", "payment_due_on"), "payment_note")}),
        (
            gettext_lazy("公開する内容"),
            {
                "fields": (
                    "summary",
                    "races_per_athlete",
                    "entry_list_public",
                    ("timing_encoding", "timing_romaji"),
                )
            },
        ),
        (
            gettext_lazy("タイムテーブル"),
            {"fields": (("start_step", "call_minutes"), ("day_ends_at", "rest_minutes"))},
        ),
    )

    @admin.display(description=gettext_lazy("主催団体"), ordering="tenant__name")
    def host(self, meet: Meet) -> str:
        return str(meet.tenant)

    @admin.display(description=gettext_lazy("状態"), ordering="state")
    def state_chip(self, meet: Meet) -> SafeString:
        """Where it stands; a pause stands beside it."""
        state = chip(STATE_CHIPS[State(meet.state)], meet.get_state_display())
        return format_html("{} {}", state, chip("bad", _("一時停止中"))) if meet.entries_paused_at else state

    @admin.display(description=gettext_lazy("日程"), ordering="starts_on")
    def days(self, meet: Meet) -> str:
        return days_of(meet)

    @admin.display(description=gettext_lazy("申込開始"), ordering="entries_open_at")
    def opens(self, meet: Meet) -> str:
        return short_moment(meet, meet.entries_open_at)

    @admin.display(description=gettext_lazy("申込締切"), ordering="entries_close_at")
    def closes(self, meet: Meet) -> str:
        return short_until(meet, meet.entries_close_at)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The host only where there are several."""
        shown = super().get_list_display(request)
        return shown if user_of(request).is_platform_admin else [name for name in shown if name != "host"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """How one pays is the host's, who is not known yet while a platform admin adds a meet."""
        shown = super().get_fieldsets(request, obj)
        if obj is not None or user_of(request).tenant_id is not None:
            return shown
        return [
            (title, options | {"fields": tuple(name for name in options["fields"] if name != "payment_note")})
            for title, options in shown
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Whether others share its timetable is asked once the meet is there."""
        return self.inlines if obj is not None else (RaceInline,)

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

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A button that adds races saves what was typed, and comes back to the table. A new meet's page stays: there is more
        to be typed, and it says what.
        """
        key, posted = request.POST.get("_rows", ""), request.POST.copy()
        if key:
            number = int(object_id) if object_id and is_id(object_id) else 0
            meet = self.get_queryset(request).filter(pk=number).first()
            posted = with_rows(posted, key, elite=elite_of(request, meet))
        if key or (object_id is None and "_save" in posted):
            posted["_continue"] = "1"
            request.POST = posted  # type: ignore[assignment]
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if key and response.status_code == 302:
            response["Location"] += "?rows=1#races-group" if key == "empty" else "#races-group"
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Another zone keeps what the clocks say; what that means is said. A race's start is kept in the timetable."""
        super().save_model(request, obj, form, change)
        if isinstance(obj, Race):
            if {"start", "held_on"} & set(form.changed_data):
                actions.set_start(race=obj, start=form.cleaned_data["start"], by=user_of(request))
            return
        if "payment_note" in form.changed_data:
            typed = {"text": form.cleaned_data["payment_note"], "shown": form.payment_shown}
            actions.say_payment(host=obj.tenant, by=user_of(request), **typed)
        if change and "time_zone" in form.changed_data:
            said = _("タイムゾーンを%(zone)sに変更しました。日時は時計の時刻のままです（申込締切 %(closes)s）。")
            self.message_user(request, said % {"zone": obj.time_zone, "closes": until(obj, obj.entries_close_at)})

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """New races of the fastest know where the others go."""
        super().save_formset(request, form, formset, change)
        if formset.model is Race:
            actions.find_fallbacks(formset.new_objects, by=user_of(request))

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
