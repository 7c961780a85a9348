"""What the mails about accounts say. They hold no text that a stranger typed, so nobody can phish through us."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.models import User
from tenants.outbox.contents import Letter, content_of
from tenants.signin import links
from tenants.signin.models import OneTimeLink


def letter(subject: str, template: str, **values: Any) -> Letter:
    """A mail from a template of `templates/mail`, with the site's address."""
    return Letter(subject, render_to_string(f"mail/{template}.txt", {"site": settings.BASE_URL, **values}))


def _with_link(context: dict[str, Any], page: str, subject: str, template: str) -> Letter | None:
    found = links.token_for_mail(context, at=timezone.now())
    if found is None or found[0].user is None or not found[0].user.is_active:
        return None
    link, token = found
    return letter(subject, template, address=links.address(reverse(page), token), expires_at=link.expires_at)


@content_of("auth.sign_in")
def sign_in(context: dict[str, Any]) -> Letter | None:
    """The login link; None for an address without an account."""
    return _with_link(context, "auth:verify", _("【NIT-SYS】サインイン用リンク"), "auth_sign_in")


@content_of("auth.reset")
def reset(context: dict[str, Any]) -> Letter | None:
    """The link to a new password; None for an address without an account."""
    return _with_link(context, "auth:password_reset_confirm", _("【NIT-SYS】パスワードの再設定"), "auth_reset")


@content_of("auth.confirm_address")
def confirm_address(context: dict[str, Any]) -> Letter | None:
    """The link that confirms an address; None for one that has another account."""
    link = OneTimeLink.objects.filter(pk=context["link"]).first()
    if link is None or User.objects.filter(email__iexact=link.email).exclude(pk=link.user_id or 0).exists():
        return None
    subject = _("【NIT-SYS】メールアドレスの確認")
    return _with_link(context, "auth:address_confirm", subject, "auth_confirm_address")


@content_of("auth.address_changed")
def address_changed(context: dict[str, Any]) -> Letter | None:
    """The old address hears of the new one, in case it was not its owner."""
    if not User.objects.filter(pk=context["user"]).exists():
        return None
    return letter(_("【NIT-SYS】メールアドレスを変更しました"), "auth_address_changed")


@content_of("auth.password_changed")
def password_changed(context: dict[str, Any]) -> Letter | None:
    """The owner hears of a new password, in case it was not them."""
    if not User.objects.filter(pk=context["user"]).exists():
        return None
    return letter(_("【NIT-SYS】パスワードを変更しました"), "auth_password_changed")
