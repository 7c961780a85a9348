"""What the mail says that is sent to see that mail works."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.outbox.contents import Letter, content_of

TEST = "ops.test"


@content_of(TEST)
def letter(context: dict[str, Any]) -> Letter | None:
    """What a mail of `send_test_mail` says."""
    text = _("NIT-SYSのメール送信テストです（%(site)s、%(at)s）。このメールが届けば、送信の設定は正しく働いています。")
    at = timezone.localtime(datetime.fromisoformat(context["at"]))
    return Letter(
        _("【NIT-SYS】送信テスト"), text % {"site": settings.BASE_URL, "at": at.strftime("%Y-%m-%d %H:%M:%S %Z")}
    )
