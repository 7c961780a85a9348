"""What the mail before an unused account is erased says."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.models import User
from tenants.outbox.contents import Letter, content_of
from tenants.privacy.classes import days_of
from tenants.signin.mails import letter

UNUSED = "account.unused"
WARNED_BEFORE = timedelta(days=30)


@content_of(UNUSED)
def unused(context: dict[str, Any]) -> Letter | None:
    """None when its owner signed in since."""
    user = User.objects.filter(pk=context["user"], is_active=True).first()
    if user is None or (user.last_login is not None and user.last_login.isoformat() > context["since"]):
        return None
    erased_on = timezone.localdate() + WARNED_BEFORE
    return letter(
        _("【NIT-SYS】アカウントの削除のお知らせ"),
        "account_unused",
        days=days_of("accounts"),
        erased_on=erased_on,
    )
