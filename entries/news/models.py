"""Notices: what a host tells the public about a meet."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entries.meet.models import Meet
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class NoticeQuerySet(TenantQuerySet["Notice"]):
    """Notices in the words of the field."""

    def out(self) -> Self:
        """Those whose moment has come by the database's clock, newest first: nothing has to run for a notice to appear."""
        return self.filter(published_at__lte=Now()).order_by("-published_at", "-pk")


class Notice(TenantOwned):
    """A notice on a meet's page, from `published_at` on; told by mail once at most, when somebody asked for it."""

    meet = models.ForeignKey(Meet, verbose_name=_("大会"), on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("見出し"), max_length=100)
    body = models.TextField(_("本文"), blank=True)
    is_important = models.BooleanField(_("重要"), default=False)
    published_at = models.DateTimeField(_("公開日時"), null=True, blank=True)
    mail_asked_at = models.DateTimeField(_("メールの依頼"), null=True, blank=True, editable=False)
    mailed_at = models.DateTimeField(_("メール送信"), null=True, blank=True, editable=False)
    mail_count = models.PositiveIntegerField(_("メールの宛先数"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager.from_queryset(NoticeQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "お知らせ")
        verbose_name_plural = pgettext_lazy("many", "お知らせ")
        constraints = [
            models.CheckConstraint(
                condition=Q(mailed_at__isnull=True) | Q(mail_asked_at__isnull=False, mail_count__isnull=False),
                name="notice_mailed_when_asked",
            )
        ]
        indexes = [models.Index(fields=["meet"], name="notice_out", condition=Q(published_at__isnull=False))]

    def __str__(self) -> str:
        return self.title
