"""The desk's pages about mail: what waits, what was sent, what did not arrive and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.chips import chip
from tenants.desk.base import DeskAdmin, ReadOnly, user_of
from tenants.desk.confirm import Rows, confirmed, each
from tenants.models import DeadAddress, OutboxMail
from tenants.outbox import resend
from tenants.outbox.suppression import WHY

HELD = {"failed_at__isnull": False, "sent_at__isnull": True, "last_error": WHY}
STATES: dict[str, tuple[str | Promise, dict[str, Any]]] = {
    "bounced": (gettext_lazy("不達"), {"bounced_at__isnull": False}),
    "held": (gettext_lazy("届かない宛先"), HELD),
    "failed": (gettext_lazy("送信不能"), {"failed_at__isnull": False, "sent_at__isnull": True}),
    "waiting": (gettext_lazy("送信待ち"), {"failed_at__isnull": True, "sent_at__isnull": True}),
    "sent": (gettext_lazy("送信済み"), {"sent_at__isnull": False, "bounced_at__isnull": True}),
}
EVENTS: dict[str, str | Promise] = {
    "delivered": gettext_lazy("届きました"),
    "deferred": gettext_lazy("相手のサーバーが保留"),
    "bounced": gettext_lazy("不達"),
    "rejected": gettext_lazy("配信サービスが送信せず"),
    "failed": gettext_lazy("配信サービスで失敗"),
    "complained": gettext_lazy("迷惑メールとして報告"),
}

KINDS: dict[str, str | Promise] = {
    "entry.received": gettext_lazy("受付のお知らせ"),
    "entry.promoted": gettext_lazy("繰り上がりのお知らせ"),
    "entry.withdrawn": gettext_lazy("取り消しのお知らせ"),
    "entry.restored": gettext_lazy("申込を元に戻したお知らせ"),
    "entry.race_changed": gettext_lazy("種目変更のお知らせ"),
    "entry.closing_tomorrow": gettext_lazy("締切前日のお知らせ"),
    "news.notice": gettext_lazy("大会のお知らせ"),
    "roster.invitation": gettext_lazy("チームへの招待"),
    "auth.register": gettext_lazy("登録の確認"),
    "auth.sign_in": gettext_lazy("サインイン用リンク"),
    "auth.reset": gettext_lazy("パスワードの再設定"),
    "auth.password_changed": gettext_lazy("パスワード変更のお知らせ"),
    "auth.confirm_address": gettext_lazy("メールアドレスの確認"),
    "auth.address_changed": gettext_lazy("メールアドレス変更のお知らせ"),
    "incident.opened": gettext_lazy("障害の連絡"),
    "ops.alarm": gettext_lazy("警報"),
    "ops.test": gettext_lazy("送信テスト"),
}
"""What kinds of mail are called; a kind that is missing here shows its code."""


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, str(word)) for name, (word, _wanted) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**STATES[self.value() or ""][1]) if self.value() in STATES else queryset


@admin.register(OutboxMail)
class MailAdmin(ReadOnly, DeskAdmin):
    """Mail that was or will be sent. Its `context` may hold the key of a link and is shown to nobody."""

    list_display = ("created_at", "to", "kind_name", "state", "attempts", "reason")
    list_filter = (StateFilter,)
    search_fields = ("to",)
    search_help_text = gettext_lazy("宛先")
    ordering = ("-created_at", "-pk")
    fields = ("kind_name", "to", "language", "state", "reason", "told", "created_at", "next_attempt_at", "attempts", "sent_at",
              "failed_at", "bounced_at")  # fmt: skip
    actions = ("retry",)

    @admin.display(description=gettext_lazy("種類"), ordering="kind")
    def kind_name(self, mail: OutboxMail) -> str:
        return str(KINDS.get(mail.kind, mail.kind))

    def headline(self, obj: OutboxMail) -> str:
        """What it is and to whom."""
        return f"{self.kind_name(obj)}: {obj.to}"

    @admin.display(description=gettext_lazy("状態"))
    def state(self, mail: OutboxMail) -> SafeString:
        """Sent, given up, held back, came back, or waiting."""
        if mail.bounced_at:
            return chip("bad", STATES["bounced"][0])
        if mail.sent_at:
            return chip("ok", STATES["sent"][0])
        if mail.failed_at:
            return chip("bad", STATES["held" if mail.last_error == WHY else "failed"][0])
        return chip("wait", STATES["waiting"][0])

    @admin.display(description=gettext_lazy("理由"))
    def reason(self, mail: OutboxMail) -> str:
        """As the server or provider gave it."""
        return (
            _("以前のメールが届かなかった宛先のため、送信していません")
            if mail.last_error == WHY
            else mail.last_error or "–"
        )

    @admin.display(description=gettext_lazy("配信サービスからの連絡"))
    def told(self, mail: OutboxMail) -> str:
        """What became of it after it was sent, oldest first; only providers with a webhook tell."""
        events = mail.events.order_by("at", "pk")
        lines = [
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S} {EVENTS.get(event.kind, event.kind)} {event.reason}".strip()
            for event in events
        ]
        return "\n".join(lines) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMail]:
        user, mails = user_of(request), super().get_queryset(request)
        return mails if user.is_platform_admin else mails.filter(tenant_id=user.tenant_id)

    @confirmed(
        gettext_lazy("送り直す"),
        text=gettext_lazy(
            "届かなかったメールと送信待ちのメールを、次の送信に回します。「届かない宛先」とされたアドレスにも、ふたたび送ります。"
            "アドレスの誤りが直っていない場合は、また届きません。送信済みのメールは送り直しません。"
        ),
        when=lambda mail: mail.sent_at is None or mail.bounced_at is not None,
    )
    def retry(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me, now = user_of(request), timezone.now()
        each(
            self,
            request,
            rows,
            lambda row: resend.send_again(row, by=me, at=now),
            lambda n: ngettext("%(count)d通を送信待ちに戻しました。", "%(count)d通を送信待ちに戻しました。", n),
        )


@admin.register(DeadAddress)
class DeadAddressAdmin(ReadOnly, DeskAdmin):
    """Addresses that nothing is sent to. They belong to no host, so platform admins only see the list."""

    list_display = ("address", "since_at", "reason")
    search_fields = ("address",)
    search_help_text = gettext_lazy("宛先")
    ordering = ("-since_at", "-pk")
    fields = ("address", "since_at", "reason")
    actions = ("clear",)

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """Platform admins only: an address may be known to many hosts."""
        return user_of(request).is_platform_admin

    def headline(self, obj: DeadAddress) -> str:
        return obj.address

    @confirmed(
        gettext_lazy("送信を再開する"),
        text=gettext_lazy("この宛先へふたたび送り、止めていたメールも送ります。届かなければ、また止まります。"),
    )
    def clear(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me, now = user_of(request), timezone.now()
        each(
            self,
            request,
            rows,
            lambda row: resend.clear_address(row, by=me, at=now),
            lambda n: ngettext(
                "%(count)d件の宛先への送信を再開しました。", "%(count)d件の宛先への送信を再開しました。", n
            ),
        )
