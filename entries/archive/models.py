"""An archive that somebody asked for on the desk, until it is fetched or a day has passed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class MeetArchive(TenantOwned):
    """One archive of a meet. It is ready once `made_at` is set; its bytes are its pieces.

    In the database: the worker that makes it and the web process that hands it out are different machines, and disks
    there do not outlive a deployment. It holds the personal data of a whole meet, so it is gone after a day.
    """

    meet = models.ForeignKey("entries.Meet", verbose_name=_("大会"), on_delete=models.CASCADE, related_name="+")
    with_personal = models.BooleanField(_("個人情報を含む"), default=True)
    job = models.ForeignKey("tenants.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    size = models.PositiveBigIntegerField(_("サイズ"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(_("件数"), default=dict)
    created_at = models.DateTimeField(_("日時"), auto_now_add=True)
    made_at = models.DateTimeField(_("完了"), null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "記録保存ファイル")
        verbose_name_plural = pgettext_lazy("many", "記録保存ファイル")

    def __str__(self) -> str:
        return f"{self.meet} #{self.pk}"


class ArchivePiece(TenantOwned):
    """Up to a megabyte of an archive, so that neither writing nor reading it needs all of it in memory."""

    archive = models.ForeignKey(MeetArchive, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["archive", "number"], name="one_archive_piece_per_number")]

    def __str__(self) -> str:
        return f"#{self.archive_id}.{self.number}"
