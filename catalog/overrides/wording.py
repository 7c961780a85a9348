"""How the refusals of this room are said, and its verbs."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import verbs

wording.register(
    {
        "override_unknown_field": _("項目「%(field)s」は、この商品では修正できません。"),
        "override_empty": _(
            "修正値を入力してください。修正をやめてマスターの値に戻すには「修正を解除」を使ってください。"
        ),
        "override_same": _(
            "マスターと同じ値です。修正は必要ありません。すでにある修正をやめるには「修正を解除」を使ってください。"
        ),
        "override_unreadable": _("使えない文字が含まれています。入力し直してください。"),
        "override_gone": _("この修正は、すでに解除されています。"),
    }
)
verbs.register(
    {
        "override.made": _("修正"),
        "override.changed": _("修正値の変更"),
        "override.released": _("修正の解除"),
        "override.kept": _("修正を維持"),
        "override.conflicted": _("修正後にマスターが変更"),
        "override.settled": _("マスターが修正時の値に復帰"),
    }
)
