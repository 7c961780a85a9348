from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.meet.filters import MeetFilter
from entries.news import actions
from entries.news.models import Notice
from tenants.audit import verbs
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, user_of
from tenants.desk.confirm import Rows, confirmed, each

verbs.register(
    {"notice.published": gettext_lazy("お知らせを公開"), "notice.taken_back": gettext_lazy("お知らせを取り下げ")}
)


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    list_display = ("title", "meet", "state", "is_important", "published_at")
    list_select_related = ("meet",)
    list_filter = (MeetFilter, "is_important")
    search_fields = ("title", "body")
    search_help_text = gettext_lazy("見出し、本文")
    ordering = ("-created_at", "-pk")
    fields = ("meet", "title", "body", "is_important", "state")
    actions = ("publish", "take_back")

    @admin.display(description=gettext_lazy("状態"), ordering="published_at")
    def state(self, notice: Notice) -> SafeString:
        return chip("ok", _("公開中")) if notice.published_at else chip("", _("下書き"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has no state yet."""
        return self.fields if obj is not None else [name for name in self.fields if name != "state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A notice stays at its meet."""
        return ("meet", "state") if obj is not None else ()

    @confirmed(
        gettext_lazy("公開する"),
        text=gettext_lazy("大会ページに、誰でも見られるお知らせとして載ります。"),
        when=lambda notice: notice.published_at is None,
    )
    def publish(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me, now = user_of(request), timezone.now()
        act = lambda row: actions.set_out(notice=row, out=True, by=me, at=now)  # noqa: E731
        each(
            self,
            request,
            rows,
            act,
            lambda n: ngettext("%(count)d件を公開しました。", "%(count)d件を公開しました。", n),
        )

    @confirmed(
        gettext_lazy("取り下げる"),
        text=gettext_lazy("大会ページから消えます。内容は下書きとして残ります。"),
        when=lambda notice: notice.published_at is not None,
        danger=True,
    )
    def take_back(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me, now = user_of(request), timezone.now()
        act = lambda row: actions.set_out(notice=row, out=False, by=me, at=now)  # noqa: E731
        each(
            self,
            request,
            rows,
            act,
            lambda n: ngettext("%(count)d件を取り下げました。", "%(count)d件を取り下げました。", n),
        )
