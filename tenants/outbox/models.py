"""Mail that waits to be sent, written in the transaction that gave rise to it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OutboxMail(models.Model):
    """One mail to one address. `key` and `to` together are sent once at most (requirements C6, C8).

    The text is made when it is sent, by the function registered for `kind` (`tenants.outbox.contents`), from
    `context`; so it says what is true then, and the transaction that enqueues it stays short.
    """

    key = models.CharField(max_length=120)
    kind = models.CharField(_("種類"), max_length=60)
    to = models.EmailField(_("宛先"))
    language = models.CharField(_("言語"), max_length=5, default="ja")
    context = models.JSONField(_("内容の元"), default=dict)
    tenant = models.ForeignKey(
        "tenants.Tenant", verbose_name=_("主催団体"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("登録日時"), auto_now_add=True)
    next_attempt_at = models.DateTimeField(_("次の送信"))
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("試行回数"), default=0)
    sent_at = models.DateTimeField(_("送信済み"), null=True)
    failed_at = models.DateTimeField(_("送信不能"), null=True)
    bounced_at = models.DateTimeField(_("不達"), null=True)
    provider_id = models.CharField(max_length=200, blank=True, db_default="", default="")
    last_error = models.CharField(_("直近のエラー"), max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "送信メール")
        verbose_name_plural = pgettext_lazy("many", "送信メール")
        constraints = [models.UniqueConstraint(fields=["key", "to"], name="one_mail_per_event_and_recipient")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="outbox_due", condition=Q(sent_at__isnull=True, failed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class MailEvent(models.Model):
    """What a mail provider told about a mail (delivered, bounced, …); the same event again changes nothing
    (requirement C12)."""

    esp = models.CharField(max_length=30)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(_("種類"), max_length=30)
    mail = models.ForeignKey(OutboxMail, on_delete=models.CASCADE, null=True, related_name="events")
    to = models.EmailField(_("宛先"), blank=True)
    at = models.DateTimeField(_("日時"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "メールの結果")
        verbose_name_plural = pgettext_lazy("many", "メールの結果")
        constraints = [models.UniqueConstraint(fields=["esp", "event_id"], name="one_row_per_mail_event")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class DeadAddress(models.Model):
    """An address at which a provider or server said that mail will never arrive. Cleared when its owner proves it works."""

    address = models.EmailField(_("宛先"), unique=True)
    since_at = models.DateTimeField(_("判明した日時"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "届かない宛先")
        verbose_name_plural = pgettext_lazy("many", "届かない宛先")

    def __str__(self) -> str:
        return f"#{self.pk}"
