"""Work that takes longer than a request should."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Job(models.Model):
    """One piece of work, done at least once by whichever worker holds its lease; what it does must bear repetition.

    Not `TenantOwned`: the worker looks for work of all hosts. What a job works on is scoped by its function. Nobody is
    shown a job but through the thing that it works on.
    """

    kind = models.CharField(_("種類"), max_length=60)
    args = models.JSONField(default=dict)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text=_("0は未定。"))
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("登録日時"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完了"), null=True)
    failed_at = models.DateTimeField(_("失敗"), null=True)
    error_id = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "処理")
        verbose_name_plural = pgettext_lazy("many", "処理")
        indexes = [
            models.Index(
                fields=["created_at"], name="jobs_due", condition=Q(finished_at__isnull=True, failed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None or self.failed_at is not None

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while nobody knows how much there is."""
        return min(100, 100 * self.done // self.total) if self.total else None
