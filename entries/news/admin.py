from datetime import tzinfo
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from entries.meet.filters import MeetFilter
from entries.meet.wording import moment
from entries.news import actions
from entries.news.forms import MailForm, PublishForm
from entries.news.models import Notice
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, is_id, user_of
from tenants.desk.confirm import HOME, Rows, confirmed, each

SHOWN = ("state", "published", "mailed")


def _is_at_home(request: HttpRequest) -> bool:
    """Whether the form was opened from the meet's page."""
    return request.GET.get("from_row") == HOME


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

    def get_urls(self) -> list[Any]:
        """With the page that asks before a notice goes out, for who has just written it."""
        wrap = self.admin_site.admin_view
        return [path("<path:object_id>/publish/", wrap(self.ask), name="entries_notice_publish"), *super().get_urls()]

    @method_decorator(require_safe)
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What `publish` asks. 404 for no row of the own host's."""
        rows = self.get_queryset(request).filter(pk=int(object_id) if is_id(object_id) else 0)
        if not rows or not self.has_change_permission(request, rows[0]):
            raise Http404
        answer: HttpResponse = self.publish(request, rows)
        return answer

    def home_of(self, obj: Any, asked_from: str) -> str:
        """A notice is part of its meet's page."""
        if asked_from != HOME:
            return super().home_of(obj, asked_from)
        return reverse("admin:entries_meet_change", args=[obj.meet_id]) + "#notices"

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """On to the page that publishes it, or back to where it was written."""
        if "_publish" in request.POST:
            page = reverse("admin:entries_notice_publish", args=[obj.pk])
            return HttpResponseRedirect(f"{page}?from_row={HOME if _is_at_home(request) else 1}")
        return self._after(request, obj, super().response_post_save_add(request, obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._after(request, obj, super().response_post_save_change(request, obj))

    def _after(self, request: HttpRequest, obj: Any, otherwise: HttpResponseRedirect) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.home_of(obj, HOME)) if _is_at_home(request) else otherwise

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
        said = _("%(when)sに公開します。") % {"when": when} if when else _("公開しました。")
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
