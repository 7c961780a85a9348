"""What the programme desk is told."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.heat.models import LONGEST_GAP, MOST_TRACKS, PIN_WORDS, BibRange, RaceSeeding
from entries.heat.run_time import GAP
from entries.heat.timetable import RaceTimes, Wish, Wishes, wishes_now
from entries.meet.bounds import MOST_HEATS, MOST_STARTERS
from entries.meet.fields import MarkField
from entries.meet.models import Meet, Race
from entries.meet.race_forms import ClockField
from tenants.desk.forms import MomentField
from tenants.forms import Form, ModelForm
from tenants.refusal import Refused

MOST_AT_ONCE = 60
MOST_FARTHEST = 10 * 60 * 100
"""Hundredths of a second: heats that lie farther apart are not made by times."""


class NumbersField(forms.Field):
    """Row numbers that boxes were ticked for. Raises ValidationError for what is none, and for more than a heat has."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        found = [text for text in value or () if text.isascii() and text.isdecimal() and len(text) <= 18]
        if len(value or ()) > MOST_AT_ONCE:
            raise forms.ValidationError("", code="too_many")
        if len(found) != len(value or ()):
            raise forms.ValidationError(_("選手を選び直してください。"), code="invalid")
        return list(dict.fromkeys(map(int, found)))


class BoardForm(Form):
    """A change on the board: of which version, which runners, into which heat, and why."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    start = NumbersField(required=False)
    heat = forms.IntegerField(label=_("組"), min_value=1, max_value=MOST_HEATS, required=False)
    kind = forms.ChoiceField(label=_("固定の内容"), choices=PIN_WORDS, required=False)
    why = forms.CharField(label=_("理由"), max_length=200, required=False)


UNREADABLE = {
    "version": "board_unreadable", "heat": "heat_unknown", "kind": "pin_unknown", "why": "reason_unreadable", "start": "choose_runners",
}  # fmt: skip


def read_board(posted: Any, *, heats: int) -> dict[str, Any]:
    """What was typed on a board of so many heats. Raises Refused about the first field that cannot be read."""
    form = BoardForm(posted)
    if form.has_error("start", "too_many"):
        raise Refused("too_many_runners", most=MOST_AT_ONCE)
    for name, code in UNREADABLE.items():
        if name in form.errors:
            raise Refused(code if heats else "no_heats_yet", last=heats)
    return form.cleaned_data


class RecutForm(Form):
    """That heats are made anew as they were `seen`, and why."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    why = forms.CharField(label=_("理由"), max_length=300, required=False, help_text=_("変更履歴に残ります。"))

    def remember(self, token: str) -> None:
        """Send back with the form what it shows now, not what was shown when it was sent."""
        self.initial["seen"] = token
        if self.is_bound:
            self.data = {**{name: self.data.get(name, "") for name in self.fields}, "seen": token}


class BibRangeForm(ModelForm):
    """A range of numbers; an empty line is none."""

    class Meta:
        model = BibRange
        fields = ("first", "last", "sex", "race", "selection", "category", "is_own")
        widgets = {"selection": forms.NullBooleanSelect}  # as Django's documentation writes it

    def __init__(self, *args: Any, races: Any = None, names: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        """`names` are those of the races, so that no line asks for them again."""
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["race"].queryset = Race.objects.none() if races is None else races
        fields["race"].choices = [("", _("すべて")), *names]
        fields["sex"].choices = [("", _("すべて")), *list(fields["sex"].choices)[1:]]
        kinds = [("unknown", _("すべて")), ("true", _("選抜種目だけ")), ("false", _("選抜種目以外"))]
        fields["selection"].widget.choices = kinds
        fields["category"].choices = [("", _("すべて")), *list(fields["category"].choices)[1:]]
        self.empty_permitted, self.use_required_attribute = True, False

    def clean(self) -> dict[str, Any]:
        """The last number is not before the first."""
        values = super().clean() or {}
        if values.get("first") and values.get("last") and values["last"] < values["first"]:
            self.add_error("last", _("最初の番号以上にしてください。"))
        return values


MOST_RANGES = 30
BibRanges = forms.formset_factory(
    BibRangeForm, extra=0, max_num=MOST_RANGES, absolute_max=MOST_RANGES, validate_max=True
)


class SeedingForm(ModelForm):
    """How a race is cut."""

    per_heat = forms.IntegerField(label=_("1組の人数"), min_value=1, max_value=MOST_STARTERS, required=False)
    farthest = MarkField(label=_("移動できるタイム差"), help_text=_("組の記録の幅からこれ以上離れる組へは移しません。"))

    field_order = ("seed_by", "per_heat")

    class Meta:
        model = RaceSeeding
        fields = (
            "seed_by", "heats", "fastest_first", "fast_heats", "fast_size", "most_of_a_team", "farthest_heats", "farthest", "stays",
            "gap_minutes",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["per_heat"] = self.instance.race.starters_per_heat
        self.fields["gap_minutes"].widget.attrs["placeholder"] = GAP

    def clean_per_heat(self) -> int:
        """As it is, when nothing is said."""
        size: int | None = self.cleaned_data["per_heat"]
        return size or self.instance.race.starters_per_heat

    def clean(self) -> dict[str, Any]:
        """A smaller fast heat has a size, and is no larger than the others."""
        values = super().clean() or {}
        size = values.get("fast_size")
        if values.get("fast_heats") and not size:
            self.add_error("fast_size", _("速い組の人数を入力してください。"))
        if size and size > values.get("per_heat", size):
            self.add_error("fast_size", _("1組の人数より少なくしてください。"))
        if values.get("farthest", 0) > MOST_FARTHEST:
            self.add_error("farthest", _("10分以内で入力してください。"))
        return values


class TimetableForm(Form):
    """How start times are to be filled, as it is now until somebody types. Moments are in the meet's zone; `seen` is the token of
    what the page showed."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    first_start = ClockField(label=_("1日の最初のスタート"))
    in_order = forms.BooleanField(
        label=_("種目を並び順のとおりに並べ直す"),
        required=False,
        help_text=_("選ばなければ、いまのタイムテーブルの順のまま時刻をつけます。"),
    )

    def __init__(self, posted: Any, *, meet: Meet, read: Sequence[RaceTimes]) -> None:
        self.meet, self.read = meet, read
        wishes = wishes_now(meet, read)
        super().__init__(posted, prefix="timetable", initial={"first_start": wishes.first_start})
        for one in read:
            wish = wishes.races[one.race.pk]
            track: Any = forms.IntegerField(label=_("トラック"), min_value=1, max_value=MOST_TRACKS, required=False)
            gap: Any = forms.IntegerField(label=_("組の間（分）"), min_value=0, max_value=LONGEST_GAP, required=False)
            gap.widget.attrs["placeholder"] = GAP
            first = MomentField(label=_("最初の組を固定"), required=False)
            for name, field, value in (
                ("track", track, wish.track),
                ("gap", gap, wish.gap),
                ("first", first, wish.first),
            ):
                field.widget.attrs["aria-label"] = f"{one.race.name_here} {field.label}"
                self.fields[f"{name}-{one.race.pk}"] = field
                self.initial[f"{name}-{one.race.pk}"] = self._local(value) if isinstance(value, datetime) else value

    def _local(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.meet.zone):%Y-%m-%dT%H:%M}"

    def full_clean(self) -> None:
        """Moments are read in the meet's zone."""
        with timezone.override(self.meet.zone):
            super().full_clean()

    def fields_of(self, race: Race) -> list[BoundField]:
        """Track, gap and first start of this race."""
        return [self[f"{name}-{race.pk}"] for name in ("track", "gap", "first")]

    def rows(self) -> Iterator[tuple[Race, list[BoundField]]]:
        """A row for each race."""
        for one in self.read:
            yield one.race, self.fields_of(one.race)

    def remember(self, token: str) -> None:
        """What the page shows now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = token
        self.data = data

    def wishes(self) -> Wishes:
        """What was typed."""
        values = self.cleaned_data
        races = {
            pk: Wish(values[f"track-{pk}"] or 1, values[f"gap-{pk}"], _in_utc(values[f"first-{pk}"]))
            for pk in (one.race.pk for one in self.read)
        }
        return Wishes(values["first_start"], in_order=values["in_order"], races=races)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
