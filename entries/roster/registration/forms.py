"""The registration forms: one for a team, one for an athlete who enters alone. Their fields are read as the roster's."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.roster.athlete_fields import check_whole, read_kana, visible
from entries.roster.forms import NONE, ReadField, fact
from entries.roster.models import Sex, TeamKind
from entries.roster.prefectures import PREFECTURE_CHOICES, PREFECTURES
from entries.roster.registration.actions import Registration
from tenants.files.tables import Cell, text_of
from tenants.forms import Form
from tenants.models import User, normal_email
from tenants.phone import LONGEST as LONGEST_PHONE
from tenants.phone import PhoneFormField
from tenants.signin.forms import EmailField, PasswordField, check_new_password
from tenants.wording import say

NO_LOCAL_BODY = {"48", "49"}
"""The student union and abroad have no prefectural association to print."""


def _line(cell: Cell, limit: int = 60) -> str:
    return visible(text_of(cell), limit)


class RegistrationForm(Form):
    """What every registration has: who signs in, and the consent to what is published (fact F7)."""

    email = EmailField()
    phone = PhoneFormField(label=_("電話"), help_text=_("大会当日に連絡がつく番号"), max_length=LONGEST_PHONE)
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
    kind = forms.ChoiceField(
        label=_("種別"), choices=[NONE, *(choice for choice in TeamKind.choices if choice[0] != TeamKind.INDIVIDUAL)]
    )
    team_name = ReadField(
        _line,
        label=_("チーム名"),
        required=True,
        help_text=_("正式名称。例: 日本体育大学"),
        autocomplete="organization",
    )
    team_kana = ReadField(
        lambda cell: read_kana(cell, 60),
        label=_("チーム名フリガナ"),
        required=True,
        help_text=_("ひらがなでも入力できます"),
    )
    short_name = ReadField(
        lambda cell: _line(cell, 20),
        label=_("略称"),
        help_text=_("プログラムに載る名前。空欄ならチーム名が載ります。例: 日体大"),
    )
    prefecture = forms.ChoiceField(label=_("所属都道府県・学連"), choices=[NONE, *PREFECTURE_CHOICES])
    name = ReadField(_line, label=_("申込責任者の氏名"), required=True, autocomplete="name")
    field_order = ["kind", "team_name", "team_kana", "short_name", "prefecture", "name", "phone", "email", "password"]

    def person_name(self) -> str:
        return str(self.cleaned_data.get("name", ""))

    def registration(self) -> Registration:
        values = self.cleaned_data
        team = {
            "kind": values["kind"],
            "name": values["team_name"],
            "name_kana": values["team_kana"],
            "short_name": values["short_name"],
            "prefecture": values["prefecture"],
        }
        return Registration(normal_email(values["email"]), values["name"], values["phone"], team)


class AthleteForm(RegistrationForm):
    """An athlete registers alone, and is the team."""

    family_name = fact("family_name", _("姓"), required=True, autocomplete="family-name")
    given_name = fact("given_name", _("名"), _("日本国籍の選手は必須です"), autocomplete="given-name")
    family_kana = fact("family_kana", _("姓（フリガナ）"), required=True)
    given_kana = fact("given_kana", _("名（フリガナ）"))
    family_romaji = fact("family_romaji", _("姓（ローマ字）"), spellcheck="false")
    given_romaji = fact("given_romaji", _("名（ローマ字）"), spellcheck="false")
    sex = forms.ChoiceField(label=_("性別"), choices=Sex, widget=forms.RadioSelect)
    birth_date = fact("birth_date", _("生年月日"), _("例: 2008/4/2、H20.4.2"), required=True, autocomplete="bday")
    nationality = fact("nationality", _("国籍"), _("3文字の国コード。空欄は JPN"))
    registration_prefecture = forms.ChoiceField(
        label=_("登録陸協"),
        choices=[("", _("未登録")), *PREFECTURE_CHOICES],
        required=False,
        help_text=_("日本陸連に登録している場合"),
    )
    guardian_name = fact("guardian_name", _("保護者氏名"), _("16歳未満の方は必ず入力してください。"))
    guardian_consent = forms.BooleanField(label=_("保護者として、参加と記録の公開に同意します。"), required=False)
    field_order = [
        "family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "sex", "birth_date",
        "nationality", "registration_prefecture", "phone", "guardian_name", "guardian_consent", "email", "password",
    ]  # fmt: skip
    ATHLETE = (*field_order[:10], "guardian_name", "guardian_consent")

    def clean(self) -> dict[str, Any]:
        """Under 16 the guardian's name and consent are needed."""
        values = super().clean()
        for name, refusal in check_whole(values, today=timezone.localdate()).items():
            if name not in self.errors:
                self.add_error(name, say(refusal))
        return values

    def person_name(self) -> str:
        return f"{self.cleaned_data.get('family_name', '')} {self.cleaned_data.get('given_name', '')}".strip()

    def registration(self) -> Registration:
        values, where = self.cleaned_data, self.cleaned_data["registration_prefecture"]
        printed = f"{dict(PREFECTURES)[where]}陸協" if where and where not in NO_LOCAL_BODY else ""
        team = {
            "kind": TeamKind.INDIVIDUAL.value,
            "name": self.person_name(),
            "short_name": printed,
            "prefecture": where,
            "name_kana": f"{values['family_kana']} {values['given_kana']}".strip(),
        }
        athlete = {name: values[name] for name in self.ATHLETE}
        return Registration(normal_email(values["email"]), self.person_name(), values["phone"], team, athlete)
