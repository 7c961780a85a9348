"""The registration forms: one for a team, one for an athlete who enters alone. They check shape only."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.roster.models import Sex, TeamKind
from entries.roster.prefectures import PREFECTURES
from entries.roster.registration import Registration, needs_guardian
from tenants.forms import Form
from tenants.models import User, normal_email
from tenants.signin.forms import EmailField, PasswordField, check_new_password

ONE_LINE = RegexValidator(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", _("使えない文字が含まれています。"), inverse_match=True)
KANA = RegexValidator(r"^[ァ-ヺー・ ]+$", _("全角カタカナで入力してください。"))
LATIN = RegexValidator(r"^[A-Za-z][A-Za-z' \-]*$", _("ローマ字（半角英字）で入力してください。"))
COUNTRY = RegexValidator(r"^[A-Z]{3}$", _("3文字の国コードで入力してください。例: JPN"))
PHONE = RegexValidator(
    r"^[0-9+][0-9() \-]{7,18}$", _("電話番号は、数字とハイフンで入力してください。例: 090-1234-5678")
)
ANY_PREFECTURE = [("", _("選んでください")), *PREFECTURES]
STUDENTS_AND_ABROAD = {"48", "49"}


def text(
    label: Any, length: int, *validators: Any, required: bool = True, help_text: Any = "", **attrs: str
) -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, validators=[ONE_LINE, *validators],
        widget=forms.TextInput(attrs=attrs),
    )  # fmt: skip


class FoldedField(forms.CharField):
    """Text whose width does not matter: full-width letters and digits are read as plain ones. Never used for kanji."""

    def to_python(self, value: Any) -> Any:
        """As typed, folded."""
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip()


class KanaField(FoldedField):
    """Katakana; hiragana and half-width kana are read as such."""

    def to_python(self, value: Any) -> Any:
        """As typed, in full-width katakana."""
        return re.sub("[ぁ-ゖ]", lambda one: chr(ord(one[0]) + 0x60), super().to_python(value))


class CountryField(FoldedField):
    """A country code of three letters, whatever their case."""

    def to_python(self, value: Any) -> Any:
        """As typed, in capitals."""
        return super().to_python(value).upper()


class BirthDateField(FoldedField):
    """A birth date in any usual form: 2008-04-02, 2008/4/2, 2008年4月2日, 20080402."""

    default_error_messages = {"invalid": _("生年月日は 2008-04-02 のように入力してください。")}

    def clean(self, value: Any) -> Any:
        """The date. Raises ValidationError for what is none, for the future and for more than 120 years ago."""
        typed = super().clean(value)
        found = re.fullmatch(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D?", typed, re.ASCII)
        try:
            born = date(*map(int, found.groups())) if found else None
        except ValueError:
            born = None
        today = timezone.localdate()
        if born is None or not today.year - 120 <= born.year or born > today:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return born


class RegistrationForm(Form):
    """What every registration has: who signs in, and the consent to what is published (domain.md C7)."""

    email = EmailField()
    phone = FoldedField(
        label=_("電話"), max_length=20, validators=[PHONE], help_text=_("大会当日に連絡がつく番号"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    password = PasswordField(new=True)
    agree = forms.BooleanField(
        label=_("氏名・所属・学年・記録が、スタートリストと結果として公開されることに同意します。"),
        error_messages={"required": _("登録には、公開への同意が必要です。")},
    )

    def clean(self) -> dict[str, Any]:
        """The password must be strong enough for this person."""
        person = User(email=self.cleaned_data.get("email", ""), name=self.person_name())
        check_new_password(self, "password", person)
        return self.cleaned_data

    def person_name(self) -> str:
        """The name of the person who will sign in."""
        raise NotImplementedError

    def registration(self) -> Registration:
        """What was filled in. Only for a valid form."""
        raise NotImplementedError


class TeamForm(RegistrationForm):
    """A coach registers a team."""

    kind = forms.ChoiceField(
        label=_("種別"), choices=[("", _("選んでください")), *(c for c in TeamKind.choices if c[0] != "individual")]
    )
    team_name = text(_("団体名"), 60, help_text=_("正式名称。例: 日本体育大学"), autocomplete="organization")
    team_kana = KanaField(label=_("団体名フリガナ"), max_length=60, validators=[ONE_LINE])
    short_name = text(
        _("略称"), 20, required=False, help_text=_("プログラムに載る名前。空欄なら団体名が載ります。例: 日体大")
    )
    prefecture = forms.ChoiceField(label=_("所属都道府県・学連"), choices=ANY_PREFECTURE)
    name = text(_("担当者氏名"), 60, autocomplete="name")
    field_order = ["kind", "team_name", "team_kana", "short_name", "prefecture", "name", "email", "phone", "password"]

    def person_name(self) -> str:
        return str(self.cleaned_data.get("name", ""))

    def registration(self) -> Registration:
        values = self.cleaned_data
        team = {
            "kind": values["kind"], "name": values["team_name"], "name_kana": values["team_kana"],
            "short_name": values["short_name"], "prefecture": values["prefecture"],
        }  # fmt: skip
        return Registration(normal_email(values["email"]), values["name"], values["phone"], team)


class AthleteForm(RegistrationForm):
    """An athlete registers alone, and is the team."""

    family_name = text(_("姓"), 30, autocomplete="family-name")
    given_name = text(_("名"), 30, autocomplete="given-name")
    family_kana = KanaField(label=_("姓（フリガナ）"), max_length=30, validators=[KANA])
    given_kana = KanaField(label=_("名（フリガナ）"), max_length=30, validators=[KANA])
    family_romaji = FoldedField(label=_("姓（ローマ字）"), max_length=40, required=False, validators=[LATIN])
    given_romaji = FoldedField(label=_("名（ローマ字）"), max_length=40, required=False, validators=[LATIN])
    sex = forms.ChoiceField(
        label=_("性別"), choices=Sex, widget=forms.RadioSelect, help_text=_("日本陸連の登録と同じもの")
    )
    birth_date = BirthDateField(
        label=_("生年月日"), help_text=_("例: 2008-04-02"), widget=forms.TextInput(attrs={"autocomplete": "bday"})
    )
    nationality = CountryField(
        label=_("国籍"), max_length=3, initial="JPN", validators=[COUNTRY], help_text=_("3文字の国コード。例: JPN, KEN")
    )
    registration_prefecture = forms.ChoiceField(
        label=_("登録陸協"), choices=[("", _("未登録")), *PREFECTURES], required=False,
        help_text=_("日本陸連に登録している場合"),
    )  # fmt: skip
    guardian_name = text(_("保護者氏名"), 60, required=False, help_text=_("16歳未満の方は必ず入力してください。"))
    guardian_consent = forms.BooleanField(
        label=_("保護者として、参加と記録の公開に同意します。"), required=False, help_text=_("16歳未満の方のみ")
    )

    def clean(self) -> dict[str, Any]:
        """Under 16 the guardian's name and consent are needed."""
        values = super().clean()
        born = values.get("birth_date")
        if born is not None and needs_guardian(born, on=timezone.localdate()):
            if not values.get("guardian_name"):
                self.add_error("guardian_name", _("16歳未満の方は、保護者の氏名が必要です。"))
            if not values.get("guardian_consent"):
                self.add_error("guardian_consent", _("16歳未満の方は、保護者の同意が必要です。"))
        return values

    def person_name(self) -> str:
        return f"{self.cleaned_data.get('family_name', '')} {self.cleaned_data.get('given_name', '')}".strip()

    def registration(self) -> Registration:
        values, where = self.cleaned_data, self.cleaned_data["registration_prefecture"]
        printed = f"{dict(PREFECTURES)[where]}陸協" if where and where not in STUDENTS_AND_ABROAD else ""
        team = {
            "kind": TeamKind.INDIVIDUAL.value, "name": self.person_name(), "short_name": printed, "prefecture": where,
            "name_kana": f"{values['family_kana']} {values['given_kana']}",
        }  # fmt: skip
        fields = (
            "family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "sex",
            "birth_date", "nationality", "registration_prefecture", "guardian_name",
        )  # fmt: skip
        athlete = {name: values[name] for name in fields}
        if not values["guardian_consent"]:
            athlete["guardian_name"] = ""
        return Registration(normal_email(values["email"]), self.person_name(), values["phone"], team, athlete)
