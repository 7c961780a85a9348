"""The trail of every change: who, when, what, before, after, why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AuditRecord(models.Model):
    """One change, written in the same transaction as the change itself. Rows are only ever added.

    Not `TenantOwned`: changes to rosters and accounts have no tenant. Doors show a tenant its own rows only
    (`tenants.audit.queries.visible_to`).
    """

    at = models.DateTimeField(_("日時"), auto_now_add=True)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        verbose_name=_("主催団体"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    verb = models.CharField(_("操作"), max_length=60)
    target_type = models.CharField(_("対象の種類"), max_length=40)
    target_id = models.CharField(_("対象の番号"), max_length=40)
    target_name = models.CharField(_("対象"), max_length=200, blank=True)
    before = models.JSONField(_("変更前"), default=dict, blank=True)
    after = models.JSONField(_("変更後"), default=dict, blank=True)
    why = models.CharField(_("理由"), max_length=300, blank=True)
    request_id = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "変更履歴")
        verbose_name_plural = pgettext_lazy("many", "変更履歴")
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_tenant_at"),
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"
