"""Notices: what a host tells the public about a meet."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entries.meet.models import Meet
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class NoticeQuerySet(TenantQuerySet["Notice"]):
    """Notices in the words of the field."""

    def out(self) -> Self:
        """Published and not withdrawn, newest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")


class Notice(TenantOwned):
    """A notice on a meet's page."""

    meet = models.ForeignKey(Meet, verbose_name=_("大会"), on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("見出し"), max_length=100)
    body = models.TextField(_("本文"), blank=True)
    is_important = models.BooleanField(_("重要"), default=False)
    published_at = models.DateTimeField(_("公開日時"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager.from_queryset(NoticeQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "お知らせ")
        verbose_name_plural = pgettext_lazy("many", "お知らせ")
        indexes = [models.Index(fields=["meet"], name="notice_out", condition=Q(published_at__isnull=False))]

    def __str__(self) -> str:
        return self.title
