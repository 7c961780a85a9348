"""What the organizer types about races, on their own page and in the table of their meet."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.meet import rules
from entries.meet.competition import Competition
from entries.meet.fields import MarkField
from entries.meet.models import Race
from tenants.desk.forms import DeskForm
from tenants.half_width import half_width
from tenants.refusal import Refused
from tenants.wording import say


class RaceRowForm(DeskForm):
    """A race as one row of the meet's table. `competitions` are those that share its meet's timetable."""

    competitions: Sequence[Competition] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "course" in self.fields:
            self.fields["course"].required = False
        if "competition" in self.fields:
            self._offer(self.fields["competition"], self.competitions)

    def _offer(self, field: Any, competitions: Sequence[Competition]) -> None:
        """These and the meet itself; read once, however many rows a table has."""
        field.queryset = Competition.objects.filter(pk__in=[row.pk for row in competitions])
        field.choices = [("", _("大会と同じ")), *((row.pk, row.title_here) for row in competitions)]

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
        if "competition" in self.fields:
            self._offer(self.fields["competition"], list(Competition.objects.filter(meet=self.instance.meet_id)))
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
        if meet and not self.instance.pk and rules.is_full(meet):
            self.add_error(None, say(Refused("too_many_races", limit=rules.MOST_RACES)))
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
        if "name_en" in self.fields:
            self.fields["name_en"].widget.attrs["placeholder"] = _("英語（任意）")
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
    """A heat in the timetable. A time that somebody types stays."""

    def changed_names(self) -> list[str]:
        """A typed time is one that is fixed."""
        names = super().changed_names()
        return [*names, "is_fixed"] if "starts_at" in names and "is_fixed" not in names else names

    def clean(self) -> dict[str, Any]:
        """The moment lies within the days of the meet."""
        cleaned = super().clean()
        if "starts_at" in self.changed_data and "is_fixed" not in self.changed_data:
            cleaned["is_fixed"] = True
        if cleaned.get("starts_at"):
            try:
                rules.check_slot(self.instance.race.meet, cleaned["starts_at"])
            except Refused as refusal:
                self.add_error("starts_at", say(refusal))
        return cleaned
