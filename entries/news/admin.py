from datetime import tzinfo
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.meet.filters import MeetFilter
from entries.meet.wording import moment
from entries.news import actions
from entries.news.forms import MailForm, PublishForm
from entries.news.models import Notice
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, is_id, user_of
from tenants.desk.confirm import Rows, confirmed, each

SHOWN = ("state", "published", "mailed")


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    list_display = ("title", "meet", "state", "is_important", "published", "mailed")
    list_select_related = ("meet",)
    list_filter = (MeetFilter, "is_important")
    search_fields = ("title", "body")
    search_help_text = gettext_lazy("見出し、本文")
    ordering = ("-created_at", "-pk")
    fields = ("meet", "title", "body", "is_important", *SHOWN)
    actions = ("publish", "mail", "take_back")

    @admin.display(description=gettext_lazy("状態"), ordering="published_at")
    def state(self, notice: Notice) -> SafeString:
        if notice.published_at is None:
            return chip("", _("下書き"))
        return chip("ok", _("公開中")) if notice.published_at <= timezone.now() else chip("wait", _("公開予定"))

    @admin.display(description=gettext_lazy("公開日時"), ordering="published_at")
    def published(self, notice: Notice) -> str:
        """In the meet's zone."""
        return "–" if notice.published_at is None else moment(notice.meet, notice.published_at)

    @admin.display(description=gettext_lazy("メール"), ordering="mailed_at")
    def mailed(self, notice: Notice) -> str:
        """Whether everybody entered was told, and how many that were."""
        if notice.mailed_at is not None:
            count = notice.mail_count or 0
            return ngettext("%(count)d名に送信済み", "%(count)d名に送信済み", count) % {"count": count}
        return "–" if notice.mail_asked_at is None else _("送信予定")

    def zone(self, request: HttpRequest, object_id: str | None) -> tzinfo | None:
        """A notice is published by the clock of its meet."""
        if object_id is None or not is_id(object_id):
            return None
        row = Notice.objects.select_related("meet").filter(pk=object_id).first()
        return row.meet.zone if row else None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has no state yet."""
        return self.fields if obj is not None else [name for name in self.fields if name not in SHOWN]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A notice stays at its meet."""
        return ("meet", *SHOWN) if obj is not None else ()

    @confirmed(
        gettext_lazy("公開する"),
        text=gettext_lazy("大会ページに、誰でも見られるお知らせとして載ります。"),
        form=PublishForm,
        when=lambda notice: notice.published_at is None,
        single=True,
    )
    def publish(self, request: HttpRequest, rows: Rows, form: PublishForm) -> None:
        [notice] = rows
        mail, me = form.cleaned_data.get("mail", False), user_of(request)
        actions.publish(notice=notice, by=me, at=timezone.now(), on=form.moment, mail=mail)
        when = moment(notice.meet, form.moment) if form.moment else ""
        said = _("%(when)s に公開します。") % {"when": when} if when else _("公開しました。")
        self.message_user(request, said, messages.SUCCESS)
        if mail:
            self.message_user(request, _("メールは公開と同時に送ります。"), messages.SUCCESS)

    @confirmed(
        gettext_lazy("メールで知らせる"),
        text=gettext_lazy("申込のある方全員に、このお知らせをメールで送ります。取り消せません。"),
        form=MailForm,
        when=lambda notice: notice.published_at is not None and notice.mail_asked_at is None,
        single=True,
    )
    def mail(self, request: HttpRequest, rows: Rows, form: MailForm) -> None:
        actions.mail(notice=rows[0], by=user_of(request), at=timezone.now())
        self.message_user(request, _("メールの送信を始めます。"), messages.SUCCESS)

    @confirmed(
        gettext_lazy("取り下げる"),
        text=gettext_lazy("大会ページから消えます。内容は下書きとして残ります。まだ送っていないメールは送りません。"),
        when=lambda notice: notice.published_at is not None,
        danger=True,
    )
    def take_back(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me = user_of(request)
        each(
            self,
            request,
            rows,
            lambda row: actions.take_back(notice=row, by=me),
            lambda n: ngettext("%(count)d件を取り下げました。", "%(count)d件を取り下げました。", n),
        )
