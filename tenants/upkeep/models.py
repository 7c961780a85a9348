"""What is known of the installation itself. Nothing here belongs to a host, and nothing here is personal data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Heartbeat(models.Model):
    """The last sign of life of what would otherwise die in silence: worker, mail, backup, a cron job
    (requirement O4)."""

    name = models.CharField(_("名前"), max_length=60, unique=True)
    beat_at = models.DateTimeField(_("最後の記録"))
    facts = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("one", "稼働記録")
        verbose_name_plural = pgettext_lazy("many", "稼働記録")

    def __str__(self) -> str:
        return self.name


class OpsRun(models.Model):
    """One run of a command that ops rely on, with its figures: a backup, a drill, a check, a purge."""

    kind = models.CharField(_("種類"), max_length=40)
    started_at = models.DateTimeField(_("開始"))
    finished_at = models.DateTimeField(_("終了"), null=True, blank=True)
    succeeded = models.BooleanField(_("成功"), null=True)
    facts = models.JSONField(_("結果"), default=dict)
    release = models.CharField(_("リリース"), max_length=40, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "運用の記録")
        verbose_name_plural = pgettext_lazy("many", "運用の記録")
        ordering = ("-started_at", "-pk")
        indexes = [models.Index(fields=["kind", "-started_at"], name="opsrun_kind_started")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Alarm(models.Model):
    """Something that needs a person now. At most one open alarm of a name; whoever is told is told once."""

    name = models.CharField(_("名前"), max_length=60)
    raised_at = models.DateTimeField(_("発生"))
    cleared_at = models.DateTimeField(_("解消"), null=True, blank=True)
    facts = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("one", "警報")
        verbose_name_plural = pgettext_lazy("many", "警報")
        ordering = ("-raised_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(cleared_at__isnull=True), name="one_open_alarm_of_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TimingKind(models.TextChoices):
    ADDRESS = "address", _("アドレス")
    QUERY = "query", _("クエリ")


class Timing(models.Model):
    """How long one address (its pattern) or one query (its text without values) took within one hour, all processes."""

    hour = models.DateTimeField(_("時"))
    kind = models.CharField(_("種類"), max_length=10, choices=TimingKind)
    name = models.CharField(_("名前"), max_length=500)
    count = models.PositiveIntegerField(_("回数"), default=0)
    failures = models.PositiveIntegerField(_("5xxの回数"), default=0)
    total_ms = models.FloatField(_("合計（ms）"), default=0)
    worst_ms = models.FloatField(_("最大（ms）"), default=0)
    buckets = models.JSONField(default=list, help_text=_("所要時間の分布"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "kind", "name"], name="one_timing_per_hour_and_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
