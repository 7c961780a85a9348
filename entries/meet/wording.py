"""How the refusals of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording

wording.register(
    {
        "no_races": _("種目がありません。種目を登録してから公開してください。"),
        "state_unknown": _("この状態には変更できません。"),
        "edited_meanwhile": _(
            "編集中に他の人が「%(field)s」を変更しました（現在の値: %(value)s）。内容を確認して保存し直してください。"
        ),
    }
)
