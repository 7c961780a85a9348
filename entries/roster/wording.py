"""How the refusals of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording

wording.register(
    {
        "not_a_member": _("このチームのメンバーではありません。"),
        "last_member": _("最後のメンバーは外せません。先に別の人を招待してください。"),
    }
)
