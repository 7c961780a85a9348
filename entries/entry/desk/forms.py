"""What the organizer types about entries."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.entry.models import Entry
from entries.meet.fields import MarkField
from entries.meet.models import Race
from entries.roster.athlete_fields import Values, visible
from entries.roster.forms import NONE, AthleteForm, ReadField
from entries.roster.models import Team
from tenants.desk.confirm import ConfirmForm, WhyForm
from tenants.files.tables import text_of
from tenants.forms import Form
from tenants.signin.forms import EmailField


class MoveEntriesForm(WhyForm):
    """Where to. Only races of the meet of the chosen entries are offered."""

    to = forms.ModelChoiceField(queryset=Race.objects.none(), label=_("移動先の種目"))
    field_order = ("to", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries: list[Entry] = self.rows
        meets = {entry.race.meet_id for entry in entries}
        offered = Race.objects.filter(meet_id=meets.pop()) if len(meets) == 1 else Race.objects.none()
        if len(races := {entry.race_id for entry in entries}) == 1:
            offered = offered.exclude(pk__in=races)
        self.fields["to"].queryset = offered.in_programme_order()  # type: ignore[attr-defined]


class CorrectForm(ConfirmForm):
    seed_time = MarkField(label=_("申告タイム"), required=False, help_text=_("例: 14:05.32。空欄は記録なし（NT）。"))
    personal_best = MarkField(label=_("自己ベスト"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("seed_time", "personal_best"):
            self.initial[name] = getattr(self.rows[0], name)


def race_and_meet(race: Race) -> str:
    """The race first: a narrow list cuts off the end."""
    return gettext("%(race)s（%(meet)s）") % {"race": race.name_here, "meet": race.meet.name}


class FindForm(Form):
    """Which race, and whom to look for."""

    race = forms.ModelChoiceField(queryset=Race.objects.none(), label=_("種目"))
    words = forms.CharField(
        label=_("選手を探す"),
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("氏名、フリガナ、チーム名。これまでに主催大会へ申し込んだチームの選手から探します。"),
    )

    def __init__(self, *args: Any, races: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["race"]
        field.queryset = races
        field.label_from_instance = race_and_meet


class InviteForm(FindForm):
    """An entry past the line. `athletes` are those that were found."""

    athlete: Any = forms.ModelChoiceField(
        queryset=None,
        label=_("選手"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("選手を1名選んでください。")},
    )
    seed_time = MarkField(label=_("申告タイム"), required=False, help_text=_("例: 14:05.32。空欄は記録なし（NT）。"))
    pacemaker = forms.BooleanField(label=_("ペースメーカー"), required=False)
    why = forms.CharField(label=_("理由"), required=False, max_length=300, help_text=_("変更履歴に残ります。"))

    def __init__(self, *args: Any, athletes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["athlete"]
        field.queryset = athletes
        field.label_from_instance = lambda athlete: (
            f"{athlete.full_name}（{athlete.full_kana}） {athlete.team.printed_name} {athlete.grade}".strip()
        )
        for name in ("race", "words"):
            self.fields[name].widget = self.fields[name].hidden_widget()


class NewAthleteForm(AthleteForm):
    """Somebody whom no roster of the host's teams has: read by the rules of the roster, and entered past the line."""

    race = forms.ModelChoiceField(queryset=Race.objects.none(), label=_("種目"), empty_label=NONE[1])
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label=_("チーム"),
        required=False,
        empty_label=_("個人として登録"),
        help_text=_("選ぶとそのチームの名簿に載ります。"),
    )
    printed = ReadField(
        lambda cell: visible(text_of(cell), 20),
        label=_("所属"),
        help_text=_("個人のとき、プログラムに載る名前。空欄なら氏名"),
    )
    contact_email = EmailField(
        label=_("連絡先メール"), required=False, help_text=_("個人のとき、受付票のお知らせを送ります。")
    )
    seed_time = MarkField(label=_("申告タイム"), required=False, help_text=_("例: 14:05.32。空欄は記録なし（NT）。"))
    pacemaker = forms.BooleanField(label=_("ペースメーカー"), required=False)
    why = forms.CharField(label=_("理由"), required=False, max_length=300, help_text=_("変更履歴に残ります。"))

    WHERE, ENTRY = ("team", "printed", "contact_email"), ("race", "seed_time", "pacemaker", "why")

    def __init__(self, *args: Any, races: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        field: Any = self.fields["race"]
        field.queryset = races
        field.label_from_instance = race_and_meet

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The entry first, then the person as on the roster, then where they belong."""
        entry = ("entry", [self[name] for name in self.ENTRY])
        return [entry, *super().groups(), ("where", [self[name] for name in self.WHERE])]

    def values(self) -> Values:
        """What the roster takes."""
        return {name: value for name, value in super().values().items() if name not in (*self.WHERE, *self.ENTRY)}

    def entry(self) -> dict[str, Any]:
        """All else."""
        return {name: self.cleaned_data[name] for name in (*self.WHERE, *self.ENTRY)}
