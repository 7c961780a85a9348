"""How the refusals and the changes of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import verbs

wording.register(
    {
        "notice_out": _("このお知らせは、すでに公開したか、公開の予定です。画面を開き直してご確認ください。"),
        "notice_moment": _("公開日時には、これから1年以内の日時を入力してください。"),
        "notice_mailed": _("このお知らせのメールは、すでに依頼済みです。メールは1つのお知らせにつき1回だけです。"),
    }
)

verbs.register(
    {
        "notice.published": _("お知らせを公開"),
        "notice.planned": _("お知らせの公開を予約"),
        "notice.taken_back": _("お知らせを取り下げ"),
        "notice.mail_asked": _("お知らせのメールを依頼"),
        "notice.mailed": _("お知らせをメールで送信"),
    }
)
