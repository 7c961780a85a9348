"""The forms of teams and athletes. They check shape only; the readers of `facts` say what a field may hold."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.roster.actions import TEAM_FIELDS
from entries.roster.athlete_fields import READERS, Reader, Values, check_whole, read_kana, values_of, visible
from entries.roster.models import Athlete, Sex, Team, TeamKind
from entries.roster.prefectures import PREFECTURE_CHOICES
from tenants.files.tables import Cell, text_of
from tenants.forms import Form, PastedField
from tenants.mail_address import MailAddressFormField
from tenants.phone import LONGEST as LONGEST_PHONE
from tenants.phone import PhoneFormField
from tenants.refusal import Refused
from tenants.signin.forms import EmailField, NewPasswordForm
from tenants.wording import say

NONE = ("", _("選んでください"))


class ReadField(forms.CharField):
    """A text that one of the readers reads; what it refuses is said beside the field."""

    def __init__(self, read: Reader, *, label: Any, help_text: Any = "", required: bool = False, **attrs: str) -> None:
        super().__init__(label=label, help_text=help_text, required=required, widget=forms.TextInput(attrs=attrs))
        self.read = read

    def clean(self, value: Any) -> Any:
        """The value to store. Raises ValidationError."""
        try:
            found = self.read(str(value or ""))
        except Refused as refusal:
            raise forms.ValidationError(say(refusal), code=refusal.code) from None
        if self.required and found in ("", None):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


def fact(name: str, label: Any, help_text: Any = "", *, required: bool = False, **attrs: str) -> ReadField:
    """A text field of an athlete."""
    return ReadField(READERS[name], label=label, help_text=help_text, required=required, **attrs)


class AthleteForm(Form):
    """An athlete on the roster (fact F3)."""

    family_name = fact("family_name", _("姓"), required=True, autocomplete="off")
    given_name = fact("given_name", _("名"), _("日本国籍の選手は必須です"), autocomplete="off")
    family_kana = fact("family_kana", _("姓（フリガナ）"), _("ひらがな・半角カナでも入力できます"), required=True)
    given_kana = fact("given_kana", _("名（フリガナ）"))
    family_romaji = fact("family_romaji", _("姓（ローマ字）"), _("空欄ならフリガナから作ります"), spellcheck="false")
    given_romaji = fact("given_romaji", _("名（ローマ字）"), spellcheck="false")
    sex = forms.ChoiceField(label=_("性別"), choices=[NONE, *Sex.choices])
    birth_date = fact(
        "birth_date", _("生年月日"), _("例: 2004/4/2、20040402、H16.4.2"), required=True, autocomplete="off"
    )
    grade = fact("grade", _("学年"), _("例: 1、M1。学生以外は空欄"), autocomplete="off")
    nationality = fact("nationality", _("国籍"), _("3文字の国コード。空欄は JPN"), autocomplete="off")
    jaaf_id = fact("jaaf_id", _("JAAF ID"), _("数字11桁。まだない場合は空欄"), inputmode="numeric", autocomplete="off")
    jaaf_pending = forms.BooleanField(label=_("JAAF登録を申請中"), required=False)
    registration_number = fact("registration_number", _("登録番号"), autocomplete="off")
    registration_prefecture = forms.ChoiceField(
        label=_("登録陸協"), choices=[("", _("未登録")), *PREFECTURE_CHOICES], required=False
    )
    guardian_name = fact("guardian_name", _("保護者氏名"), _("16歳未満の選手は必須です"), autocomplete="off")
    guardian_consent = forms.BooleanField(label=_("参加と記録の公開について、保護者の同意を得ています"), required=False)
    same_kana_ok = forms.BooleanField(label=_("別の選手として登録する"), required=False)

    NAMES = ("family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji")
    PERSON = ("sex", "birth_date", "grade", "nationality")
    REGISTRATION = ("jaaf_id", "jaaf_pending", "registration_number", "registration_prefecture")
    GUARDIAN = ("guardian_name", "guardian_consent")

    alike: Athlete | None = None
    """Somebody who is likely the same person; the page then shows `same_kana_ok`."""

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page groups them: a key that names the group, and its fields."""
        parts = {"names": self.NAMES, "person": self.PERSON, "jaaf": self.REGISTRATION, "guardian": self.GUARDIAN}
        return [(key, [self[name] for name in names]) for key, names in parts.items()]

    def clean(self) -> dict[str, Any]:
        """What the fields ask of each other is said together with what is wrong with each."""
        wrong = check_whole(self.cleaned_data, today=timezone.localdate())
        self.refuse({name: refusal for name, refusal in wrong.items() if name not in self.errors})
        return self.cleaned_data

    def values(self) -> Values:
        """What was filled in. Only for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "same_kana_ok"}

    def refuse(self, refused: dict[str, Refused]) -> None:
        for name, refusal in refused.items():
            self.add_error(name, say(refusal))
            self.fields[name].widget.attrs["aria-invalid"] = "true"


def initial_of(athlete: Athlete) -> Values:
    """An athlete's fields as the form shows them."""
    return values_of(athlete)


def _text(limit: int) -> Reader:
    return lambda cell: visible(text_of(cell), limit)


def _team_kana(cell: Cell) -> str:
    return read_kana(cell, 60)


class TeamForm(Form):
    kind = forms.ChoiceField(label=_("種別"), choices=[NONE, *TeamKind.choices])
    name = ReadField(
        _text(60),
        label=_("チーム名"),
        help_text=_("正式名称。例: 日本体育大学"),
        required=True,
        autocomplete="organization",
    )
    name_kana = ReadField(_team_kana, label=_("チーム名フリガナ"), help_text=_("ひらがなでも入力できます"))
    short_name = ReadField(
        _text(20), label=_("略称"), help_text=_("プログラムに載る名前。空欄ならチーム名が載ります。例: 日体大")
    )
    prefecture = forms.ChoiceField(label=_("所属都道府県・学連"), choices=[NONE, *PREFECTURE_CHOICES], required=False)
    team_code = forms.RegexField(
        "^[0-9]{1,6}$",
        label=_("団体コード"),
        required=False,
        help_text=_("数字6桁以内"),
        error_messages={"invalid": _("数字6桁以内で入力してください。")},
    )
    contact_name = ReadField(_text(60), label=_("申込責任者"), autocomplete="name")
    contact_email = MailAddressFormField(label=_("連絡先メール"), required=False, max_length=254)
    contact_phone = PhoneFormField(
        label=_("連絡先電話"), help_text=_("大会当日に連絡がつく番号"), max_length=LONGEST_PHONE, required=False
    )


def team_initial(team: Team) -> Values:
    """A team's fields as the form shows them."""
    return {name: getattr(team, name) for name in TEAM_FIELDS}


class InviteForm(Form):
    email = EmailField(label=_("招待する人のメールアドレス"))


class JoinForm(NewPasswordForm):
    """The account of somebody who was invited and has none: the address is known from the link."""

    name = ReadField(_text(100), label=_("氏名"), required=True, autocomplete="name")
    field_order = ["name", "password", "again"]


class UploadForm(Form):
    """A roster as a file or as a pasted block."""

    file = forms.FileField(
        label=_("名簿ファイル"),
        help_text=_("Excel（.xlsx・.xlsm）またはCSV。5MB・5,000行以内"),
        allow_empty_file=True,
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
    )
    pasted = PastedField(help_text=_("見出しの行から名簿の最後の行までをコピーして貼り付けます"))
