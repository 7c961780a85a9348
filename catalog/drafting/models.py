"""Drafted texts, and how many a host may ask for in a month."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.bounds import within
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class Tone(models.TextChoices):
    PLAIN = "plain", _("簡潔")
    POLITE = "polite", _("丁寧")
    GUIDE = "guide", _("案内文")


class DraftState(models.TextChoices):
    WAITING = "waiting", _("作成中")
    DONE = "done", pgettext_lazy("draft", "完了")
    REFUSED = "refused", _("要確認")
    FAILED = "failed", _("失敗")


class ProductDraft(TenantOwned):
    """One text for one product. It is never published by itself: a person copies it.

    `facts` are the product's values when it was asked for, all that the model was told about the product. `problems` are
    what the check found: [code, excerpt] pairs; a text with problems is REFUSED and shown as such. `similarity` is
    0 to 100 against the product's previous text. A rewrite points to the draft it rewrites; each draft has one at most.
    """

    product = models.ForeignKey("catalog.MasterProduct", on_delete=models.CASCADE, related_name="drafts")
    tone = models.CharField(_("文体"), max_length=10, choices=Tone, default=Tone.PLAIN)
    note = models.CharField(_("編集メモ"), max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    text = models.TextField(_("下書き"), blank=True)
    state = models.CharField(_("状態"), max_length=10, choices=DraftState, default=DraftState.WAITING)
    problems = models.JSONField(default=list)
    similarity = models.PositiveSmallIntegerField(_("前回との類似度"), null=True)
    rewrites = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="rewrite")
    error_code = models.CharField(max_length=40, blank=True)
    error_id = models.CharField(max_length=20, blank=True)
    job = models.ForeignKey("tenants.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("日時"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "商品文の下書き")
        verbose_name_plural = pgettext_lazy("many", "商品文の下書き")
        constraints = [
            models.CheckConstraint(
                condition=Q(similarity__isnull=True) | Q(similarity__lte=100), name="similarity_is_a_percentage"
            )
        ]
        indexes = [models.Index(fields=["product", "-created_at"], name="draft_history")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_state_display()}"


class DraftMonth(TenantOwned):
    """How many drafts a host asked for in a month (of the site's time zone), and how many more it was granted.

    `used` moves in one statement that compares it with the plan's number, so that parallel clicks never exceed it.
    """

    month = models.DateField(_("月"), help_text=_("その月の1日"))
    used = models.PositiveIntegerField(_("使用数"), default=0)
    extra = models.PositiveIntegerField(_("追加枠"), default=0, validators=within(0, 10_000))

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "下書きの月間枠")
        verbose_name_plural = pgettext_lazy("many", "下書きの月間枠")
        constraints = [models.UniqueConstraint(fields=["tenant", "month"], name="one_quota_per_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.used}"
