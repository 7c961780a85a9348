"""How the refusals and the changes of this room are said."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import verbs
from tenants.refusal import Refused
from tenants.switches import queries
from tenants.switches.models import Function, Switch

wording.register(
    {
        "stopped": _("「%(what)s」は一時停止中です。%(message)s%(back)s"),
        "message_too_long": _("案内文は%(limit)d文字以内です。"),
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


def message_of(switch: Switch) -> str:
    """What whoever stopped it wrote, else what is true anyway."""
    return switch.message or gettext("再開までお待ちください。")


def back_of(switch: Switch) -> str:
    """When it is expected back, as a sentence with a space in front; "" when nobody said, or that time has passed."""
    if switch.back_at is None or switch.back_at <= timezone.now():
        return ""
    return " " + gettext("再開予定: %(when)s") % {"when": moment(switch.back_at)}


def refusal_of(switch: Switch) -> Refused:
    """What is said where the function would have been."""
    what = switch.get_function_display()
    return Refused("stopped", what=what, message=message_of(switch), back=back_of(switch))


def stopped_notice(function: Function) -> str:
    """The notice for the page of this function; "" while it is not stopped."""
    switch = queries.stopped(function)
    return wording.say(refusal_of(switch)) if switch is not None else ""


def moment(at: datetime) -> str:
    """An instant in the site's zone, with weekday and zone."""
    local = timezone.localtime(at)
    return f"{date_format(local, gettext('Y/n/j (D) H:i'))} {local.tzname()}"
