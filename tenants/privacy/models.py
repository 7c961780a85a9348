"""The list of what was erased, which names rows by number and holds nothing personal itself, and how long what is kept."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Erasure(models.Model):
    """One removal of personal data, to be done again after an older backup was restored (requirement D9).

    `subject` is for example `athlete:17`, `user:3` or `meet:5`. A copy of each row leaves the platform together with
    the backups, so that the list outlives the database.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(_("対象"), max_length=60)
    at = models.DateTimeField(_("削除日時"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    why = models.CharField(_("理由"), max_length=300, blank=True)
    counts = models.JSONField(_("件数"), default=dict)
    copied_at = models.DateTimeField(_("外部へ控えた日時"), null=True, blank=True)
    replayed_at = models.DateTimeField(_("復元後に再実行した日時"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "個人情報の削除")
        verbose_name_plural = pgettext_lazy("many", "個人情報の削除")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.subject


class RetentionRule(models.Model):
    """For how many days data of one class is kept, where that differs from the default of `tenants.privacy.classes`."""

    kind = models.CharField(_("データの種類"), max_length=40, unique=True)
    days = models.PositiveIntegerField(_("保存日数"))
    changed_at = models.DateTimeField(_("変更日時"), auto_now=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "保存期間")
        verbose_name_plural = pgettext_lazy("many", "保存期間")

    def __str__(self) -> str:
        return self.kind
