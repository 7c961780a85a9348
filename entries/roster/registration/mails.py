"""What the mail of a registration says. It holds nothing that was typed: the link's page shows that."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.models import User
from tenants.outbox.contents import Letter, content_of
from tenants.signin import links
from tenants.signin.mails import letter


@content_of("auth.register")
def register(context: dict[str, Any]) -> Letter | None:
    """The link that confirms; for an address with an account, that there is one."""
    found = links.token_for_mail(context, at=timezone.now())
    if found is None:
        return None
    link, token = found
    if User.objects.filter(email=link.email).exists():
        return letter(_("【NIT-SYS】すでに登録されています"), "auth_register_exists")
    address = links.address(reverse("registration:confirm"), token)
    return letter(_("【NIT-SYS】登録の確認"), "auth_register", address=address, expires_at=link.expires_at)
