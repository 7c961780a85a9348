"""What the programme desk is told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entries.heat.models import PIN_WORDS, BibRange, RaceSeeding
from entries.meet.fields import MarkField
from entries.meet.models import Race
from tenants.forms import Form, ModelForm

MOST_AT_ONCE = 60


class NumbersField(forms.Field):
    """Row numbers that boxes were ticked for. Raises ValidationError for what is none, and for more than a heat has."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        found = [text for text in value or () if text.isascii() and text.isdecimal() and len(text) <= 18]
        if len(found) != len(value or ()) or len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(_("選手を選び直してください。"), code="invalid")
        return list(dict.fromkeys(map(int, found)))


class BoardForm(Form):
    """A change on the board: of which version, which runners, into which heat, and why."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    start = NumbersField(required=False)
    heat = forms.IntegerField(label=_("組"), min_value=1, max_value=999, required=False)
    kind = forms.ChoiceField(label=_("固定の内容"), choices=PIN_WORDS, required=False)
    why = forms.CharField(label=_("理由"), max_length=200, required=False)


class BibRangeForm(ModelForm):
    """A range of numbers; an empty line is none."""

    class Meta:
        model = BibRange
        fields = ("first", "last", "sex", "race", "selection")
        widgets = {"selection": forms.NullBooleanSelect}  # as Django's documentation writes it

    def __init__(self, *args: Any, races: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["race"].queryset = Race.objects.none() if races is None else races
        fields["race"].empty_label = str(_("すべて"))
        fields["sex"].choices = [("", _("すべて")), *list(fields["sex"].choices)[1:]]
        kinds = [("unknown", _("すべて")), ("true", _("選抜種目だけ")), ("false", _("選抜種目以外"))]
        fields["selection"].widget.choices = kinds
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

    farthest = MarkField(label=_("移動できるタイム差"), help_text=_("組の記録の幅からこれ以上離れる組へは移しません。"))

    class Meta:
        model = RaceSeeding
        fields = (
            "seed_by", "heats", "fastest_first", "fast_heats", "fast_size", "most_of_a_team", "farthest_heats", "farthest", "stays",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A smaller fast heat has a size, and is no larger than the others."""
        values = super().clean() or {}
        size = values.get("fast_size")
        if values.get("fast_heats") and not size:
            self.add_error("fast_size", _("速い組の人数を入力してください。"))
        if size and size > self.instance.race.starters_per_heat:
            self.add_error("fast_size", _("1組の人数より少なくしてください。"))
        for name in ("heats", "most_of_a_team"):
            if values.get(name) == 0:
                self.add_error(name, _("1以上を入力するか、空欄にしてください。"))
        return values
