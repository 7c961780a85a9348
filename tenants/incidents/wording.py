"""How the refusals and the changes of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "incident_level": _("レベルは1、2、3のどれかです。"),
        "incident_title": _("件名を%(limit)d文字以内で入力してください。"),
        "incident_note_empty": _("経過を入力してください。"),
        "incident_note_full": _("経過の記録が%(limit)d文字に達しました。新しい障害として記録してください。"),
        "incident_closed": _("この障害はすでに解消しています。"),
    }
)

verbs.register(
    {
        "incident.opened": _("障害を記録"),
        "incident.noted": _("障害の経過を追記"),
        "incident.closed": _("障害の解消を記録"),
    }
)
readings.register("incident", {"letters": Reading(_("追記した文字数")), "minutes": Reading(_("障害の長さ（分）"))})
