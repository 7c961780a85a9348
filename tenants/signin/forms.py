"""The forms of sign-in and account. They check shape only."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from tenants.forms import Form
from tenants.mail_address import MailAddressFormField
from tenants.models import User, normal_email
from tenants.phone import LONGEST as LONGEST_PHONE
from tenants.phone import PhoneFormField

LONGEST_PASSWORD = 200
"""Far above what anyone types; a megabyte must not reach the hash (requirement A9)."""


class EmailField(MailAddressFormField):
    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        kwargs.setdefault("label", _("メールアドレス"))
        super().__init__(max_length=254, widget=forms.EmailInput(attrs=attrs), **kwargs)


class PasswordField(forms.CharField):
    """A password, taken exactly as typed; never sent back to the page."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"})
        kwargs.setdefault("label", _("パスワード"))
        if new:
            kwargs.setdefault("help_text", _("12文字以上。数字だけ、よくある言葉だけのものは使えません。"))
        super().__init__(max_length=LONGEST_PASSWORD, strip=False, widget=widget, **kwargs)


class SignInForm(Form):
    email = EmailField()
    password = PasswordField()


class AddressForm(Form):
    email = EmailField()


class AccountForm(Form):
    """What people may change about themselves."""

    name = forms.CharField(label=_("氏名"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneFormField(label=_("電話"), max_length=LONGEST_PHONE, required=False)
    language = forms.ChoiceField(
        label=_("言語"), choices=settings.LANGUAGES, help_text=_("メールもこの言語で届きます。")
    )


class MoveForm(Form):
    """The account's address, and the password when it is to become another one."""

    email = EmailField(help_text=_("変えるときは、新しいアドレスを入力してください。"))
    password = PasswordField(
        label=_("現在のパスワード"), required=False, help_text=_("アドレスを変えるときだけ必要です。")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    @property
    def is_move(self) -> bool:
        """Whether the address is another one than the account's."""
        return normal_email(self.cleaned_data["email"]) != self.user.email

    def clean(self) -> dict[str, Any]:
        """Who only confirms needs no password; who moves the account does."""
        if self.cleaned_data.get("email") and self.is_move and not self.cleaned_data.get("password"):
            self.add_error("password", _("アドレスを変えるには、現在のパスワードを入力してください。"))
        return self.cleaned_data


class NewPasswordForm(Form):
    password = PasswordField(new=True, label=_("新しいパスワード"))
    again = PasswordField(label=_("新しいパスワード（もう一度）"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["again"].widget.attrs["autocomplete"] = "new-password"

    def clean(self) -> dict[str, Any]:
        """Both the same, and strong enough for this person."""
        password = check_new_password(self, "password", self.user)
        again = self.cleaned_data.get("again")
        if password is not None and again is not None and password != again:
            self.add_error("again", _("2つのパスワードが一致しません。"))
        return self.cleaned_data


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(label=_("現在のパスワード"))
    field_order = ["current", "password", "again"]

    def clean(self) -> dict[str, Any]:
        """A temporary password is not kept as the new one."""
        values = super().clean()
        if values.get("password") and values.get("password") == values.get("current"):
            self.add_error("password", _("現在と違うパスワードにしてください。"))
        return values


def posted(request: HttpRequest) -> QueryDict | None:
    """What to bind a form to: the posted fields, also when there are none."""
    return request.POST if request.method == "POST" else None


def check_new_password(form: forms.Form, field: str, user: User) -> str | None:
    """The new password of a form, or None with the reasons beside its field."""
    password = form.cleaned_data.get(field)
    if password is None:
        return None
    try:
        validate_password(password, user)
    except ValidationError as error:
        form.add_error(field, error)
        return None
    return str(password)
