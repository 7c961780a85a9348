"""What is asked before personal data leaves or goes."""

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.desk.confirm import ConfirmForm
from tenants.forms import Form
from tenants.privacy.classes import class_of
from tenants.refusal import Refused
from tenants.signin.forms import PasswordField
from tenants.wording import say


class ArchiveForm(ConfirmForm):
    """With or without personal data; the password again."""

    with_personal = forms.BooleanField(
        label=_("氏名などの個人情報を含める"),
        required=False,
        initial=True,
        help_text=_("含めないときは、種目・タイムテーブル・件数だけになります。"),
    )
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


class EraseAccountForm(EraseForm):
    """The same for somebody who signs in."""

    name = forms.CharField(
        label=_("削除する人の氏名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class HandOutForm(Form):
    """Why, and the password again: what is asked for leaves the house."""

    why = forms.CharField(
        label=_("理由"), required=False, max_length=300, help_text=_("変更履歴に残ります。氏名は書かないでください。")
    )
    password = PasswordField(label=_("あなたのパスワード"))


def went_through(form: Form, *steps: tuple[str, Callable[[], object]]) -> bool:
    """Take the steps one after another; the first refusal stands beside its field and ends it."""
    for field, step in steps:
        try:
            step()
        except Refused as refusal:
            form.add_error(field, say(refusal))
            return False
    return True


class DaysForm(Form):
    """Days of every class of data, one number each."""

    def __init__(self, *args: object, days: dict[str, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for kind, value in days.items():
            one = class_of(kind)
            self.fields[kind] = forms.IntegerField(
                label=str(one.title),
                min_value=one.least,
                max_value=one.most,
                initial=value,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
