"""What is asked before personal data leaves or goes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.adminconfirm import ConfirmForm
from tenants.forms import Form
from tenants.privacy.classes import class_of
from tenants.signin.forms import PasswordField


class ArchiveForm(ConfirmForm):
    """With or without personal data; the password again."""

    with_personal = forms.BooleanField(
        label=_("氏名などの個人情報を含める"), required=False, initial=True,
        help_text=_("含めないときは、種目・タイムテーブル・件数だけになります。"),
    )  # fmt: skip
    password = PasswordField(label=_("あなたのパスワード"), help_text=_("確認のため、もう一度入力してください。"))


class EraseForm(Form):
    """The name, typed; the password again."""

    name = forms.CharField(
        label=_("削除する選手の氏名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    why = forms.CharField(
        label=_("理由"), required=False, max_length=300, help_text=_("削除の記録に残ります。氏名は書かないでください。")
    )
    withdraw = forms.BooleanField(label=_("これからの大会の申込も取り消す"), required=False)
    password = PasswordField(label=_("あなたのパスワード"))


class DaysForm(Form):
    """Days of every class of data, one number each."""

    def __init__(self, *args: object, days: dict[str, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for kind, value in days.items():
            one = class_of(kind)
            self.fields[kind] = forms.IntegerField(
                label=str(one.title), min_value=one.least, max_value=one.most, initial=value,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
