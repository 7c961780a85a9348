"""What the organizer types about a meet and its races. Shape, and the rules of this room said beside the fields."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.meet import actions, rules
from entries.meet.models import Meet, Race
from entries.meet.programme import minutes_per_heat
from entries.meet.race_forms import ClockField
from tenants.desk.confirm import ConfirmForm
from tenants.desk.forms import DATE, HostedForm, MomentField, SlugField
from tenants.refusal import Refused
from tenants.wording import say


class MeetForm(HostedForm):
    """A meet. Moments are in the zone that is typed on the same page: another zone moves them, and they read as before."""

    payment_note = forms.CharField(
        label=gettext_lazy("お支払い方法"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "振込先の銀行口座と、振込依頼人名の書き方。この主催団体のすべての大会の受付票に表示します。"
        ),
    )

    day_ends_at = ClockField(
        label=gettext_lazy("競技を終える時刻"),
        required=False,
        help_text=gettext_lazy("会場の使用時間や日没。これより後になる組を番組編成の画面で知らせます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start_step"].required = False
        if self.is_bound and self.instance.pk:
            self._read_in_the_typed_zone()
        if "payment_note" in self.fields:
            self._say_payment()
        for name in ("slug", "ends_on"):
            if name in self.fields and not self.instance.pk:
                self.fields[name].required = False
                self.fields[name].help_text = _("空欄なら初日と同じです。")

    def _say_payment(self) -> None:
        """The host's own; a form that was made without it leaves it as it is."""
        field, host = self.fields["payment_note"], self.instance.tenant if self.instance.pk else self.user.tenant
        self.initial["payment_note"] = host.payment_note if host else ""
        field.disabled = host is None or (self.is_bound and self.add_initial_prefix("payment_note") not in self.data)
        field.show_hidden_initial = not field.disabled

    def _read_in_the_typed_zone(self) -> None:
        """What the page showed in the old zone was sent back in the new one, and nobody changed it."""
        zone = timezone.get_current_timezone()
        for name in actions.MOMENTS:
            if moment := self.initial.get(name):
                self.initial[name] = moment.astimezone(self.instance.zone).replace(tzinfo=zone)

    def clean(self) -> dict[str, Any]:
        """Days and moments in their order; the slug once per host."""
        cleaned = super().clean()
        if not self.instance.pk:
            self._fill_in(cleaned)
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

    def clean_start_step(self) -> int:
        """As it was, when nothing is said."""
        step: int | None = self.cleaned_data["start_step"]
        return step or self.instance.start_step

    def _fill_in(self, cleaned: dict[str, Any]) -> None:
        """A new meet is of one day, and its address is that day's, when nothing else is said."""
        first: date | None = cleaned.get("starts_on")
        if first and "ends_on" not in self.errors:
            cleaned["ends_on"] = cleaned.get("ends_on") or first
        if first and "slug" not in self.errors:
            cleaned["slug"] = cleaned.get("slug") or f"{first:%Y%m%d}"

    @property
    def payment_shown(self) -> str:
        """How one pays, as the page showed it."""
        return str(self.data.get(self.add_initial_prefix("payment_note"), ""))


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
    slug = SlugField(
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
    minutes = forms.IntegerField(label=gettext_lazy("間隔（分）"), min_value=1, max_value=240, initial=20)
    count = forms.IntegerField(label=gettext_lazy("組数"), min_value=1, max_value=rules.MOST_SLOTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        race: Race = self.rows[0]
        day = race.held_on or race.meet.starts_on
        self.fields["first"].initial = f"{day.isoformat()}T09:00"
        self.fields["minutes"].initial = minutes_per_heat(race.distance_m)
        self.fields["count"].initial = min(actions.heats_needed(race), rules.MOST_SLOTS)
