"""How the refusals and the changes of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import verbs

wording.register(
    {
        "stopped": _("「%(what)s」は一時停止中です。%(message)s%(back)s"),
        "message_too_long": _("案内文は%(limit)d文字までです。"),
        "back_at_past": _("再開の予定には、これからの日時を入力してください。"),
    }
)

verbs.register(
    {
        "switch.stopped": _("機能を停止"),
        "switch.said": _("停止の案内を変更"),
        "switch.resumed": _("機能を再開"),
    }
)
