"""What is stopped in this installation, since when and with which message."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Function(models.TextChoices):
    """What a switch stops, the widest first. Entries of one meet are paused at the meet (`Meet.entries_paused_at`)."""

    MAINTENANCE = "maintenance", _("サイト全体（メンテナンス）")
    READ_ONLY = "read_only", _("すべての書き込み（閲覧のみ）")
    REGISTRATION = "registration", _("新規登録")
    UPLOADS = "uploads", _("ファイルのアップロード")
    DRAFTING = "drafting", _("商品文の作成")


class Switch(models.Model):
    """One function of the whole installation that is stopped while `stopped_at` is set.

    Not `TenantOwned`: it holds for every host. In the database, so that every process on every machine sees it.
    """

    function = models.CharField(_("対象"), max_length=20, choices=Function, unique=True)
    stopped_at = models.DateTimeField(_("停止した日時"), null=True, blank=True)
    back_at = models.DateTimeField(
        _("再開の予定"), null=True, blank=True, help_text=_("案内と再試行までの秒数に使います。自動では再開しません。")
    )
    message = models.CharField(_("案内文"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("one", "機能の停止")
        verbose_name_plural = pgettext_lazy("many", "機能の停止")

    def __str__(self) -> str:
        return self.get_function_display()
