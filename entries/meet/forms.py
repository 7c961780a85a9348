"""What the organizer types about a meet and its races. Shape, and the rules of this room said beside the fields."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.meet import actions, rules
from entries.meet.fields import MarkField
from entries.meet.models import Meet, Race
from entries.meet.programme import minutes_per_heat
from tenants.desk.confirm import ConfirmForm
from tenants.desk.forms import DATE, DeskForm, HostedForm, MomentField
from tenants.half_width import half_width
from tenants.refusal import Refused
from tenants.wording import say

BOUNDS = {
    "places": (0, 100_000),
    "waiting_places": (0, 100_000),
    "distance_m": (1, 1_000_000),
    "starters_per_heat": (1, 500),
    "fee": (0, 10_000_000),
    "entries_per_team": (1, 10_000),
    "position": (0, 10_000),
}


class MeetForm(HostedForm):
    """A meet. Moments are in the zone that is typed on the same page: another zone moves them, and they read as before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.instance.pk:
            self._read_in_the_typed_zone()

    def _read_in_the_typed_zone(self) -> None:
        """What the page showed in the old zone was sent back in the new one, and nobody changed it."""
        zone = timezone.get_current_timezone()
        for name in actions.MOMENTS:
            if moment := self.initial.get(name):
                self.initial[name] = moment.astimezone(self.instance.zone).replace(tzinfo=zone)

    def clean(self) -> dict[str, Any]:
        """Days and moments in their order; the slug once per host."""
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        opens, closes = cleaned.get("entries_open_at"), cleaned.get("entries_close_at")
        promotes = cleaned.get("promote_until")
        if first and last and last < first:
            self.add_error("ends_on", _("最終日は初日以降の日にしてください。"))
        elif first and last and last - first > rules.LONGEST_MEET:
            self.add_error("ends_on", _("開催期間は31日以内にしてください。"))
        if opens and closes and closes <= opens:
            self.add_error("entries_close_at", _("申込締切は申込開始より後にしてください。"))
        if promotes and closes and promotes < closes:
            self.add_error("promote_until", _("繰り上げの期限は申込締切以降にしてください。"))
        return cleaned


class RaceRowForm(DeskForm):
    """A race as one row of the meet's table."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in BOUNDS.items():
            if name in self.fields:
                _bound(self.fields[name], least, most)
        if "course" in self.fields:
            self.fields["course"].required = False

    def clean(self) -> dict[str, Any]:
        """The days of a standard in their order."""
        cleaned = super().clean()
        first, last = cleaned.get("standard_from"), cleaned.get("standard_until")
        if first and last and last < first:
            self.add_error("standard_until", _("有効期間の終わりは始まり以降の日にしてください。"))
        return cleaned

    def clean_course(self) -> str:
        """As it was, for a new race the track, when nothing is said."""
        return str(self.cleaned_data["course"] or self.instance.course)


def _bound(field: forms.Field, least: int, most: int) -> None:
    """Numbers that a meet can have; the database's own bound is far away and differs from one to the other."""
    number: Any = forms.IntegerField(
        min_value=least, max_value=most, required=field.required, label=field.label, help_text=field.help_text
    )
    field.validators, field.widget = number.validators, number.widget


class RaceForm(RaceRowForm):
    """A race on its own page, with its waiting list in words."""

    KINDS = [
        ("none", gettext_lazy("補欠待ちなし")),
        ("limited", gettext_lazy("人数を決める")),
        ("unlimited", gettext_lazy("制限なし")),
    ]
    waiting_kind = forms.ChoiceField(
        label=gettext_lazy("補欠待ち"), choices=KINDS, widget=forms.RadioSelect, initial="none"
    )
    standard = MarkField(
        label=gettext_lazy("参加標準記録"),
        required=False,
        help_text=gettext_lazy("例: 14:40.00。空欄は参加標準記録なし。この記録と同じか、より速い選手が申し込めます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self._say_waiting(self.instance.waiting_places)
        if "waiting_places" in self.fields:
            self.fields["waiting_places"].help_text = _("「人数を決める」を選んだときの人数。")
        if "fallback_race" in self.fields:
            same_meet = Race.objects.filter(meet_id=self.instance.meet_id).exclude(pk=self.instance.pk)
            self.fields["fallback_race"].queryset = same_meet.in_programme_order()  # type: ignore[attr-defined]

    def _say_waiting(self, places: int | None) -> None:
        kind = "unlimited" if places is None else "limited" if places else "none"
        self.initial["waiting_kind"], self.initial["waiting_places"] = kind, places or None

    def changed_names(self) -> list[str]:
        """Choosing another kind changes the number."""
        names = super().changed_names()
        return [*names, "waiting_places"] if "waiting_kind" in names and "waiting_places" not in names else names

    def clean(self) -> dict[str, Any]:
        """The number that the kind means, and the rules about days and the fallback."""
        cleaned = super().clean()
        kind, number = cleaned.get("waiting_kind"), cleaned.get("waiting_places")
        if kind == "limited" and not number and "waiting_places" not in self.errors:
            self.add_error("waiting_places", _("補欠待ちの上限を1以上で入力してください。"))
        if "waiting_places" not in self.errors:
            cleaned["waiting_places"] = number if kind == "limited" else None if kind == "unlimited" else 0
        self._check_against_the_meet(cleaned)
        return cleaned

    def _check_against_the_meet(self, cleaned: dict[str, Any]) -> None:
        meet = cleaned.get("meet") or (self.instance.meet if self.instance.meet_id else None)
        day: date | None = cleaned.get("held_on")
        if meet and day and not meet.starts_on <= day <= meet.ends_on:
            self.add_error("held_on", _("実施日は大会の開催期間の中で入力してください。"))
        values = {name: cleaned.get(name) for name in ("sex", "distance_m")}
        as_typed = Race(pk=self.instance.pk, meet=meet, **values)
        try:
            rules.check_fallback(as_typed, cleaned.get("fallback_race"))
        except Refused as refusal:
            self.add_error("fallback_race", say(refusal))


class ClockField(forms.TimeField):
    """A time of day to the minute, by the meet's clock."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def to_python(self, value: Any) -> time | None:
        """Also in full width. Raises ValidationError."""
        return super().to_python(half_width(value).strip() if isinstance(value, str) else value)


class GridRowForm(RaceRowForm):
    """A race as one row. `start` is its first heat's, kept in the timetable."""

    start = ClockField(label=gettext_lazy("スタート"), required=False)
    standard = MarkField(label=gettext_lazy("参加標準記録"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
        if not self.instance.pk:
            self.initial["position"] = None
        first, zone = (vars(self.instance).get(name) for name in ("first_start", "stored_zone"))
        if first is not None:
            self.initial["start"] = first.astimezone(ZoneInfo(zone)).time()

    def has_changed(self) -> bool:
        """A row that has a number and nothing else is an empty one."""
        return bool(self.changed_data if self.instance.pk else set(self.changed_data) - {"position"})

    def clean_position(self) -> int:
        """Where the row stands, when nothing is said."""
        position: int | None = self.cleaned_data["position"]
        return int(str(self.prefix).rpartition("-")[2]) + 1 if position is None else position


class SlotForm(DeskForm):
    def clean(self) -> dict[str, Any]:
        """The moment lies within the days of the meet."""
        cleaned = super().clean()
        if cleaned.get("starts_at"):
            try:
                rules.check_slot(self.instance.race.meet, cleaned["starts_at"])
            except Refused as refusal:
                self.add_error("starts_at", say(refusal))
        return cleaned


class MoveForm(ConfirmForm):
    """One step of a meet. `to` is hidden, so that a double click moves it once."""

    to = forms.CharField(widget=forms.HiddenInput, max_length=20)
    back = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        meet: Meet = self.rows[0]
        move = rules.next_move(meet)
        forward = move.to.value if move else ""
        self.checks = [] if self.back else rules.checks_of(meet, at=timezone.now())
        self.fields["to"].initial = rules.state_before(meet) if self.back else forward


class UndoForm(MoveForm):
    """One step back, with the reason."""

    back = True
    why = forms.CharField(label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("変更履歴に残ります。"))


class PauseForm(ConfirmForm):
    """What everyone reads while the entries are paused, and the reason for the trail."""

    note = forms.CharField(
        label=gettext_lazy("案内文"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("大会ページと申込画面に表示します。例: 種目の設定を確認しています。15時に再開します。"),
    )
    why = forms.CharField(label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("変更履歴に残ります。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].initial = self.rows[0].pause_note


class CopyForm(ConfirmForm):
    """A new meet from this one."""

    name = forms.CharField(label=gettext_lazy("大会名"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("識別名"), max_length=40, help_text=gettext_lazy("公開URLに使います。例: ld327")
    )
    starts_on = forms.DateField(
        label=gettext_lazy("初日"),
        widget=DATE,
        help_text=gettext_lazy("申込期間とタイムテーブルも同じ日数だけずらします。"),
    )

    def clean_slug(self) -> str:
        """Not used yet by a meet of the same host."""
        slug: str = self.cleaned_data["slug"]
        if Meet.objects.filter(tenant_id=self.rows[0].tenant_id, slug=slug).exists():
            raise forms.ValidationError(say(Refused("slug_taken")))
        return slug


class PlanForm(ConfirmForm):
    first = MomentField(label=gettext_lazy("最初の組のスタート"))
    minutes = forms.IntegerField(label=gettext_lazy("間隔（分）"), min_value=1, max_value=600, initial=20)
    count = forms.IntegerField(label=gettext_lazy("組数"), min_value=1, max_value=rules.MOST_SLOTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        race: Race = self.rows[0]
        day = race.held_on or race.meet.starts_on
        self.fields["first"].initial = f"{day.isoformat()}T09:00"
        self.fields["minutes"].initial = minutes_per_heat(race.distance_m)
        self.fields["count"].initial = min(actions.heats_needed(race), rules.MOST_SLOTS)
